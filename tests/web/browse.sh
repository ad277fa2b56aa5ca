#!/bin/sh
# browse.sh BUILD BROWSER VIZ: fetches the pinned library that drives a browser, which then uses the page.
set -eu
project=$PWD
mkdir -p "$1/browse"
(cd viz/web && cp -R package.json package-lock.json .npmrc serve.mjs tests "$1/browse/")
cd "$1/browse"
if ! npm ci >npm.log 2>&1; then
  npm ping >/dev/null 2>&1 || { echo "skipped test: no package registry answers"; exit 0; }
  cat npm.log
  exit 1
fi
PAGE=$1 PICTURES=$1/pictures GLASS_BROWSER=$2 VIZ=$3 PROJECT=$project \
  node --test --test-concurrency=1 tests/*.test.mjs

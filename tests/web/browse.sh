#!/bin/sh
# browse.sh BUILD BROWSER: fetches the pinned library that drives a browser, which then uses the page.
set -eu
mkdir -p "$1/browse"
(cd viz/web && cp -R package.json package-lock.json .npmrc serve.mjs tests "$1/browse/")
cd "$1/browse"
npm ci --silent || { echo "skipped test: npm cannot fetch playwright-core and axe-core"; exit 0; }
PAGE=$1 PICTURES=$1/pictures GLASS_BROWSER=$2 node --test tests/

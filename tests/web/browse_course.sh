#!/bin/sh
# browse_course.sh BUILD BROWSER: reads the course's site, by the library that browse.sh fetched.
set -eu
[ -d "$1/browse/node_modules" ] || { echo "skipped test: no library that drives a browser"; exit 0; }
mkdir -p "$1/browse/course"
cp docs/site/site.test.mjs "$1/browse/course/"
cd "$1/browse"
SITE=$1/course PICTURES=$1/pictures GLASS_BROWSER=$2 node --test course/site.test.mjs

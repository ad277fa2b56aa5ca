#!/bin/sh
# browse_course.sh BUILD BROWSER: reads the course's site, by the library that browse.sh fetched.
set -eu
[ -d "$1/browse/node_modules" ] || { echo "skipped test: no library that drives a browser"; exit 0; }
cp docs/site/site.test.mjs "$1/browse/tests/"
cd "$1/browse"
SITE=$1/course SERVER=serve.mjs PICTURES=$1/pictures GLASS_BROWSER=$2 node --test tests/site.test.mjs

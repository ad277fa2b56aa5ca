#!/bin/sh
# package.sh CPACK BUILD VERSION: packs a build, and compares what the .deb says of itself and what is
# in it with what it should.
set -eu
build=$2 version=$3 folder=$2/Testing/package
for program in dpkg-deb dpkg-shlibdeps file; do
  command -v $program >/dev/null || { echo "skipped test: no $program"; exit 0; }
done
rm -rf "$folder"
"$1" --config "$build/CPackConfig.cmake" -G DEB -B "$folder" -D CPACK_DEBIAN_COMPRESSION_TYPE=gzip
deb=$folder/glassgrad_${version}_$(dpkg --print-architecture).deb

failures=0
fail() { echo "$1"; failures=$((failures + 1)); }
field() {  # name, pattern of its value
  value=$(dpkg-deb -f "$deb" "$1")
  case $value in $2) ;; *) fail "$1: expected $2, found $value" ;; esac
}
field Package glassgrad
field Version "$version"
field Section science
field Depends "*libc6 (>= *libstdc++6 (>= *zlib1g (>= *"
field Depends "*zlib1g-dev*"
field Description "deep-learning framework to read, and to look through
 A small framework *
 .
 This package *"

dpkg-deb -c "$deb" | awk '$1 !~ /^d/ { print $1, $2, $6 }' >"$folder/files"
contains() {  # mode, file
  grep -q "^$1 root/root [.]/usr/$2\$" "$folder/files" || fail "expected $1 $2"
}
for file in bin/glassgrad-viz bin/glassgrad-train; do contains -rwxr-xr-x $file; done
for file in include/glassgrad/autograd/tensor.hpp include/glassgrad/viz/maximise.hpp \
    'lib/.*libglassgrad.a' 'lib/.*libglassgrad_double.a' \
    'lib/.*libglassgrad_viz.a' 'lib/.*libglassgrad_training.a' \
    'lib/.*cmake/glassgrad/glassgradConfig.cmake' share/glassgrad/docs/samples/digit.png \
    share/glassgrad/weights/mnist-robust.json share/glassgrad/weights/mnist-robust.safetensors \
    share/glassgrad/weights/mnist-robust.md share/doc/glassgrad/copyright; do
  contains -rw-r--r-- "$file"
done
# Names that other packages might have as well.
others=$(grep -Ev ' [.]/usr/(bin/glassgrad-|include/glassgrad/|lib/([^/]*/)?(libglassgrad|cmake/glassgrad/)|share/(doc/)?glassgrad/)' "$folder/files") || true
[ -z "$others" ] || fail "not named after the package: $others"
# A copy of a private header, or of a source.
private=$(grep -E 'kernels/|/cli/|json[.]hpp|session[.]hpp|[.]cpp$' "$folder/files") || true
[ -z "$private" ] || fail "not for others: $private"
exit $failures

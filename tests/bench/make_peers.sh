#!/bin/sh
# Fetches the peers that compare.py times beside Debian 12's own PyTorch, into FOLDER:
#
#     make_peers.sh FOLDER
#
# FOLDER/trixie       Debian 13 with its PyTorch, a system of its own, of 1.3 GB
# FOLDER/onnxruntime  ONNX Runtime for Node.js (its package brings the library; no script of it runs)
#
# As root, on Debian 12. Needs: apt-get install -y debootstrap nodejs npm
set -eu
folder=${1:?"where to? make_peers.sh FOLDER"}
trixie=$folder/trixie
mkdir -p "$folder"

if [ ! -e "$trixie/done" ]; then
  debootstrap --variant=minbase trixie "$trixie"
  chroot "$trixie" apt-get install -y --no-install-recommends python3-torch libopenblas0-pthread
  chroot "$trixie" apt-get clean
  touch "$trixie/done"
fi
npm install --prefix "$folder/onnxruntime" --ignore-scripts onnxruntime-node@1.20

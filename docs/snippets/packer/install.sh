#!/bin/sh
# Runs as root on the machine that becomes the image. $1 is the directory that was uploaded.
set -eu
cd "$1"
chmod 0755 imagecred-linux-amd64
./imagecred-linux-amd64 install --distribution kubeadm .

#!/usr/bin/env bash
# Brings ONNX Runtime's shared library, out of an npm package, and checks its hash. Usage: fetch-runtime.sh FILE
set -euo pipefail

target=$1
version=1.30.0
case $(uname -s)/$(uname -m) in
  Linux/x86_64)
    member=package/bin/napi-v6/linux/x64/libonnxruntime.so.1
    want=ffb75a925ba05e47b235bb66e3e3911714a80b328a9c9425539feb204aa32a23 ;;
  Linux/aarch64)
    member=package/bin/napi-v6/linux/arm64/libonnxruntime.so.1
    want=1f549d46250b005580b597f4164984aaf75b3bcb9f3aeb07c7f8a8fe60b23c76 ;;
  *)
    echo "There is no ONNX Runtime for $(uname -s) on $(uname -m) in this script. Please put its shared library at $target." >&2
    exit 1 ;;
esac

hash_of() { sha256sum "$1" | cut -d' ' -f1; }

# A stamp beside the library spares hashing 45 MB at every run; it names the size and time it vouches for.
stamp=$target.verified
facts() { stat -c '%s %Y' "$target"; }
if [[ -f $target && -f $stamp && $(<"$stamp") == "$want $(facts)" ]]; then
  exit 0
fi
if [[ -f $target && $(hash_of "$target") == "$want" ]]; then
  echo "$want $(facts)" >"$stamp"
  exit 0
fi
if ! command -v npm >/dev/null; then
  echo "Missing: npm (Node.js 20 or later), which brings ONNX Runtime. Please install it, then run make again." >&2
  exit 1
fi

echo "fetching ONNX Runtime $version"
mkdir -p "$(dirname "$target")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! (cd "$work" && npm pack --silent "onnxruntime-node@$version") >"$work/log" 2>&1; then
  tail -n 20 "$work/log" >&2
  echo "Could not fetch the npm package onnxruntime-node $version. A network is needed for this step." >&2
  exit 1
fi
tar -xzf "$work/onnxruntime-node-$version.tgz" -C "$work" "$member"
have=$(hash_of "$work/$member")
if [[ $have != "$want" ]]; then
  echo "The ONNX Runtime that was fetched is not the one expected (SHA-256 $have, want $want). It was not kept." >&2
  exit 1
fi
mv "$work/$member" "$target"
echo "$want $(facts)" >"$stamp"

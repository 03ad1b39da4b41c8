#!/usr/bin/env bash
# Brings what the Windows build needs into a folder: ONNX Runtime, libvips with its headers, each checked by its hash.
# Usage: fetch.sh FOLDER
set -euo pipefail

folder=$1
runtime=1.30.0 libvips=1.3.3
declare -A want=(
  [onnxruntime.dll]=508c362f5673483dd3a086379c392795b2e42d10d5e6f3f90ebd7ac21c97af67
  [libvips/lib/libvips-42.dll]=e6cc51bbc763e7deda536c6f56ce96b4c51ea769690ce4f4ed07607527b81dae
  [libvips/lib/glib-2.0/include/glibconfig.h]=0957430c1ee0a49df7795a9dd0d4e20ac2a5d79c8811a20d241545fcbc2e768a
)
whole() {
  for name in "${!want[@]}"; do
    [[ -f $folder/$name && $(sha256sum "$folder/$name" | cut -d' ' -f1) == "${want[$name]}" ]] || return 1
  done
  [[ -f $folder/libvips/include/vips/vips.h ]]
}
whole && exit 0

echo "fetching ONNX Runtime $runtime and libvips for Windows"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for package in "onnxruntime-node@$runtime" "@img/sharp-libvips-dev@$libvips" "@img/sharp-libvips-win32-x64@$libvips"; do
  (cd "$work" && npm pack --silent "$package") >"$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; echo "Could not fetch the npm package $package. A network is needed for this step." >&2; exit 1; }
done
rm -rf "$folder"
mkdir -p "$folder/libvips"
tar -xzf "$work/onnxruntime-node-$runtime.tgz" -C "$folder" --strip-components 5 package/bin/napi-v6/win32/x64/onnxruntime.dll
tar -xzf "$work/img-sharp-libvips-dev-$libvips.tgz" -C "$folder/libvips" --strip-components 1 package/include
tar -xzf "$work/img-sharp-libvips-win32-x64-$libvips.tgz" -C "$folder/libvips" --strip-components 1
whole || { echo "What was fetched for Windows is not what was expected. Nothing is built with it." >&2; rm -rf "$folder"; exit 1; }

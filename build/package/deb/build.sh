#!/usr/bin/env bash
# Makes the Debian package out of build/bin. Usage: build.sh VERSION
set -euo pipefail
cd "$(dirname "$0")/../../.."

version=$1
arch=$(dpkg --print-architecture)
out=build/out tree=build/out/deb
lib=$tree/lib share=$tree/share
rm -rf "$tree"
mkdir -p "$lib/lib" "$lib/models/starter" "$share/applications" "$share/doc/pixel-detective" \
  "$share/bash-completion/completions" "$share/zsh/vendor-completions" "$share/fish/vendor_completions.d" "$share/icons/hicolor/scalable/apps"

for name in pixel-detective pixel-detective-window pixel-detective-worker; do
  install -m 755 "build/bin/$name" "$lib/$name"
  strip --strip-unneeded "$lib/$name"
done
install -m 644 build/runtime/libonnxruntime.so.1 "$lib/lib/"
install -m 644 models/catalog.json "$lib/models/"
for name in starter_image.onnx starter_text.onnx vocab.txt labels.txt README.md LICENSE.txt NOTICE.txt; do
  install -m 644 "models/starter/$name" "$lib/models/starter/"
done

install -m 644 build/package/deb/pixel-detective.desktop "$share/applications/"
install -m 644 build/icons/pixel-detective.svg "$share/icons/hicolor/scalable/apps/"
for size in 16 24 32 48 64 128 256 512; do
  folder=$share/icons/hicolor/${size}x$size/apps
  mkdir -p "$folder"
  rsvg-convert -w "$size" -h "$size" build/icons/pixel-detective.svg -o "$folder/pixel-detective.png"
done
"$lib/pixel-detective" completion bash >"$share/bash-completion/completions/pixel-detective"
"$lib/pixel-detective" completion zsh >"$share/zsh/vendor-completions/_pixel-detective"
"$lib/pixel-detective" completion fish >"$share/fish/vendor_completions.d/pixel-detective.fish"
gzip -9nc CHANGELOG.md >"$share/doc/pixel-detective/changelog.gz"
python3 build/package/licences.py linux "$share/doc/pixel-detective"

# What the executables link, as Debian's own tool finds it.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/debian"
printf 'Source: pixel-detective\n\nPackage: pixel-detective\nArchitecture: any\n' >"$work/debian/control"
binaries=("$lib"/pixel-detective "$lib"/pixel-detective-window "$lib"/pixel-detective-worker "$lib"/lib/libonnxruntime.so.1)
depends=$(cd "$work" && dpkg-shlibdeps -O --ignore-missing-info "${binaries[@]/#/$OLDPWD/}" 2>"$work/log") || { cat "$work/log" >&2; exit 1; }
depends=${depends#shlibs:Depends=}

export VERSION=$version ARCH=$arch
export DEPENDS
DEPENDS=$(sed 's/, /\n/g' <<<"$depends" | sed 's/.*/"&"/' | paste -sd,)
envsubst '$VERSION $ARCH $DEPENDS' <build/package/deb/nfpm.yaml >"$work/nfpm.yaml"
build/tools/nfpm package --config "$work/nfpm.yaml" --packager deb --target "$out/pixel-detective_${version}_$arch.deb" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
echo "$out/pixel-detective_${version}_$arch.deb ($(du -h --apparent-size "$out/pixel-detective_${version}_$arch.deb" | cut -f1))"

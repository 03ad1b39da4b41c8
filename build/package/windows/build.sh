#!/usr/bin/env bash
# Cross-compiles the program for Windows on x86-64 and makes its installer. Usage: build.sh VERSION LDFLAGS
set -euo pipefail
cd "$(dirname "$0")/../../.."

version=$1 ldflags=$2
parts=build/runtime/windows tree=build/out/windows
build/package/windows/fetch.sh "$parts"
rm -rf "$tree"
mkdir -p "$tree/lib" "$tree/models/starter"

work=$(mktemp -d)
trap 'rm -rf "$work" pixel_detective_windows_amd64.syso' EXIT
# Windows has no pkg-config; the worker's C code asks for vips by it.
cat >"$work/vips.pc" <<PC
prefix=$PWD/$parts/libvips
Name: vips
Description: libvips, out of an npm package
Version: 8.18
Cflags: -I\${prefix}/include -I\${prefix}/include/glib-2.0 -I\${prefix}/lib/glib-2.0/include
Libs: -L\${prefix}/lib -l:libvips-42.dll
PC
export GOOS=windows GOARCH=amd64 CGO_ENABLED=1 CC=x86_64-w64-mingw32-gcc CXX=x86_64-w64-mingw32-g++ PKG_CONFIG_LIBDIR=$work PKG_CONFIG_PATH=

# Icon, version and manifest, linked into the window.
for size in 16 24 32 48 64 256; do
  rsvg-convert -w "$size" -h "$size" build/icons/pixel-detective.svg -o "$work/$size.png"
done
convert "$work"/{16,24,32,48,64,256}.png "$work/icon.ico"
numbers=$(sed -E 's/^v?([0-9]+)\.([0-9]+)\.([0-9]+).*/\1,\2,\3,0/; t; s/.*/0,0,0,0/' <<<"$version")
sed "s/@VERSION@/$version/; s/@NUMBERS@/$numbers/g" build/package/windows/window.rc >"$work/window.rc"
cp build/package/windows/window.manifest "$work/"
x86_64-w64-mingw32-windres -I "$work" -i "$work/window.rc" -O coff -o pixel_detective_windows_amd64.syso

go build -tags sqlite_fts5 -ldflags "-s -w $ldflags" -o "$tree/" ./backend/cmd/pixel-detective ./backend/cmd/pixel-detective-worker
go build -tags "sqlite_fts5 desktop production" -ldflags "-s -w -H windowsgui $ldflags" -o "$tree/pixel-detective-window.exe" .

cp "$parts/libvips/lib/libvips-42.dll" "$tree/" # beside the worker, where Windows looks for it
cp "$parts/onnxruntime.dll" "$tree/lib/"
cp models/catalog.json "$tree/models/"
for name in starter_image.onnx starter_text.onnx vocab.txt labels.txt README.md LICENSE.txt NOTICE.txt; do
  cp "models/starter/$name" "$tree/models/starter/"
done
cp "$work/icon.ico" "$tree/pixel-detective.ico"
env -u GOOS -u GOARCH -u CGO_ENABLED -u CC -u CXX python3 build/package/licences.py windows "$tree/doc"

installer=build/out/pixel-detective-$version-windows-amd64.exe
makensis -V2 -DVERSION="$version" -DTREE="$PWD/$tree" -DOUT="$PWD/$installer" build/package/windows/installer.nsi
echo "$installer ($(du -h --apparent-size "$installer" | cut -f1))"

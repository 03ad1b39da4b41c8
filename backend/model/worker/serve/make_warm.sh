#!/bin/sh
# Makes the tiny pictures in warm/ with libvips' command line (Debian: libvips-tools).
set -eu
cd "$(dirname "$0")"
mkdir -p warm
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
vips gaussnoise "$tmp/grey.v" 64 64 --mean 128 --sigma 20 --seed 1
vips cast "$tmp/grey.v" "$tmp/uchar.v" uchar
vips bandjoin "$tmp/uchar.v $tmp/uchar.v $tmp/uchar.v" "$tmp/rgb.v"
vips copy "$tmp/rgb.v" "$tmp/srgb.v" --interpretation srgb
vips heifsave "$tmp/srgb.v" warm/a.avif --compression av1 --Q 30 --effort 4 --strip
vips heifsave "$tmp/srgb.v" warm/a.heic --compression hevc --Q 30 --strip
vips jxlsave "$tmp/srgb.v" warm/a.jxl --Q 30 --strip
vips webpsave "$tmp/srgb.v" warm/a.webp --Q 30 --strip
vips jpegsave "$tmp/srgb.v" warm/a.jpeg --Q 30 --strip
vips pngsave "$tmp/srgb.v" warm/a.png --compression 9 --strip
vips gifsave "$tmp/srgb.v" warm/a.gif --strip
vips tiffsave "$tmp/srgb.v" warm/a.tiff --compression deflate --strip

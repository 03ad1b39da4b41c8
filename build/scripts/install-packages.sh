#!/usr/bin/env bash
# Installs the Debian packages named, if they are missing. Usage: install-packages.sh NAME…
set -euo pipefail

missing=()
for name in "$@"; do
  status=$(dpkg-query -W -f='${db:Status-Abbrev}' "$name" 2>/dev/null || true)
  [[ $status == ii* ]] || missing+=("$name")
done
((${#missing[@]})) || exit 0

if ! command -v apt-get >/dev/null; then
  echo "Missing: ${missing[*]}. This is not a Debian system, so please install them by hand, then run make again." >&2
  exit 1
fi
as_root=()
if ((EUID != 0)); then
  if ! command -v sudo >/dev/null; then
    echo "Missing: ${missing[*]}. Please install them as root: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "installing ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; }
if ! install >"$log" 2>&1; then
  # The package lists may be old or empty: fetch them and try once more.
  if ! { "${as_root[@]}" apt-get update && install; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "Could not install ${missing[*]}. The lines above say why; a network is needed for this step." >&2
    exit 1
  fi
fi

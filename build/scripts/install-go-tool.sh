#!/usr/bin/env bash
# Installs one pinned Go tool into a folder. Usage: install-go-tool.sh FOLDER NAME PACKAGE@VERSION
set -euo pipefail

folder=$1 name=$2 package=$3
have=$folder/.$name.version
if [[ -x $folder/$name && -f $have && $(<"$have") == "$package" ]]; then
  exit 0
fi
if ! command -v go >/dev/null; then
  echo "Missing: go, version 1.26 or later. Please install it, then run make again." >&2
  exit 1
fi
echo "installing $name ${package##*@}"
mkdir -p "$folder"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! GOBIN=$folder go install "$package" >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "Could not install $package. The lines above say why; a network is needed for this step." >&2
  exit 1
fi
echo "$package" >"$have"

#!/usr/bin/env bash
# Installs the page's npm packages as package-lock.json names them. Called by make when that file is newer.
set -euo pipefail
cd "$(dirname "$0")/../../frontend"

if ! command -v npm >/dev/null; then
  echo "Missing: npm (Node.js 20 or later), which builds the page. Please install it, then run make again." >&2
  exit 1
fi
echo "installing the page's npm packages"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! npm ci --no-fund --no-audit >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "Could not install the page's npm packages. The lines above say why; a network is needed for this step." >&2
  exit 1
fi
touch node_modules/.package-lock.json

#!/usr/bin/env bash
# Runs a command and shows the end of what it said only if it fails. Usage: quietly.sh COMMAND…
set -euo pipefail

log=$(mktemp)
trap 'rm -f "$log"' EXIT
NO_COLOR=1 "$@" >"$log" 2>&1 || { code=$?; tail -n 40 "$log" >&2; exit "$code"; }

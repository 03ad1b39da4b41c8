#!/usr/bin/env bash
# Writes frontend/wailsjs, the types and functions by which the page calls the program. Called by `make generate`.
set -euo pipefail
cd "$(dirname "$0")/../.."

tsoutputtype=interfaces build/scripts/quietly.sh go run -tags bindings,sqlite_fts5 .

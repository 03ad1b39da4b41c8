#!/usr/bin/env bash
# Measures every budget on this machine. BENCH holds options: -quick, -only NAME. Called by `make bench`.
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p build/bench/out
go build -tags sqlite_fts5 -o build/bench/out/bench ./build/bench
# shellcheck disable=SC2086 # several options are meant
build/bench/out/bench ${BENCH:-} | tee build/bench/out/figures.txt

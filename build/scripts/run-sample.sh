#!/usr/bin/env bash
# Indexes the sample photos into a library of their own and asks four questions. Called by `make run`.
set -euo pipefail
cd "$(dirname "$0")/../.."

program=build/bin/pixel-detective
library=build/demo
photos=build/sample/photos

"$program" --library "$library" index "$photos"
while read -r question; do
  echo
  echo "\$ pixel-detective search $question"
  "$program" --library "$library" search --limit 3 "$question"
done <build/sample/questions.txt

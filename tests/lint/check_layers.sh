#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# check_layers.sh [ROOT]: each `#include "folder/..."` below src/ must be allowed by the table below.
# src/README.md has the same table. A folder may always include itself.
set -euo pipefail
root=${1:-$(cd "$(dirname "$0")/../.." && pwd)}
cd "$root"

allowed() {
  case $1 in
  base) echo "" ;;
  model) echo "base" ;;
  image) echo "base" ;;
  volume) echo "base image" ;;
  filesystem) echo "base model image" ;;
  content) echo "base model image filesystem" ;;
  rules) echo "base model" ;;
  manifest) echo "base model" ;;
  engine) echo "base model image volume filesystem content rules manifest yara-rules" ;;
  report) echo "base model manifest" ;;
  recheck) echo "base model image filesystem content rules engine report" ;;
  cli) echo "base model image volume filesystem content rules manifest engine report recheck yara-rules" ;;
  *) return 1 ;;
  esac
}

status=0
files=$(find src -name '*.h' -o -name '*.cc' | sort)
[ -n "$files" ] || { echo "check_layers: no sources below $root/src" >&2; exit 1; }
for file in $files; do
  folder=${file#src/}
  folder=${folder%%/*}
  if ! list=$(allowed "$folder"); then
    echo "$file: src/$folder is not in the table of layers"
    status=1
    continue
  fi
  while IFS=: read -r line include; do
    target=$(sed 's/.*"\([^"]*\)".*/\1/' <<<"$include")
    if [[ $target != */* || $target == ../* ]]; then
      echo "$file:$line: \"$target\": includes start at src/, as \"folder/file.h\""
      status=1
    elif [[ " $folder $list " != *" ${target%%/*} "* ]]; then
      echo "$file:$line: $folder may not include ${target%%/*}"
      status=1
    fi
  done < <(grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "$file" || true)
done
exit $status

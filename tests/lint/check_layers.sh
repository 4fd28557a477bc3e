#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# check_layers.sh [ROOT]: each `#include "folder/..."` below src/ must be allowed by the table below.
# src/README.md has the same table. A folder may always include itself. And the includes between files have no cycle,
# where a file is its .h and its .cc together.
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
  prefilter) echo "base model" ;;
  rules) echo "base model prefilter" ;;
  hash_sets) echo "base model" ;;
  manifest) echo "base model" ;;
  weigh) echo "base model manifest yara-rules" ;;
  examine) echo "base model image filesystem content rules hash_sets manifest weigh" ;;
  sweep) echo "base model image volume filesystem content rules hash_sets manifest weigh examine" ;;
  report) echo "base model manifest" ;;
  recheck) echo "base model image filesystem content rules manifest weigh examine report" ;;
  cli) echo "base model image volume filesystem content rules hash_sets manifest weigh examine sweep report recheck yara-rules" ;;
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

# tsort names the files of each cycle it meets.
cycles=$(grep -HE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' $files |
  sed -E 's#^src/([^:]*)\.(h|cc):[^"]*"([^"]*)\.(h|cc)".*#\1 \3#' | awk '$1 != $2' | sort -u |
  { tsort 2>&1 >/dev/null || true; } | sed 's/^tsort: //' | awk '
    /input contains a loop/ { if (row) print row; row = ""; next }
    { row = row (row ? ", " : "a cycle of includes: ") $0 }
    END { if (row) print row }')
if [ -n "$cycles" ]; then
  echo "$cycles"
  status=1
fi
exit $status

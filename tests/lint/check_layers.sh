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
# No process for each file or include: there are thousands of them.
declare -A lists
for folder in $(sed -E 's#^src/([^/]*).*#\1#' <<<"$files" | sort -u); do
  if ! lists[$folder]=$(allowed "$folder"); then
    grep "^src/$folder\(/\|\$\)" <<<"$files" | sed "s#\$#: src/$folder is not in the table of layers#"
    unset "lists[$folder]"
    status=1
  fi
done
while IFS=: read -r file line include; do
  folder=${file#src/}
  folder=${folder%%/*}
  [ -n "${lists[$folder]+known}" ] || continue
  target=${include#*\"}
  target=${target%%\"*}
  if [[ $target != */* || $target == ../* ]]; then
    echo "$file:$line: \"$target\": includes start at src/, as \"folder/file.h\""
    status=1
  elif [[ " $folder ${lists[$folder]} " != *" ${target%%/*} "* ]]; then
    echo "$file:$line: $folder may not include ${target%%/*}"
    status=1
  fi
done < <(grep -HnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' $files || true)

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

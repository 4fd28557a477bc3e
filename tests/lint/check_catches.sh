#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# check_catches.sh [ROOT]: exceptions are caught only in the files that catch_sites.txt lists with a reason.
# A listed file that catches nothing is also an error, so that the list stays current.
set -euo pipefail
root=${1:-$(cd "$(dirname "$0")/../.." && pwd)}
cd "$root"
list=tests/lint/catch_sites.txt
status=0
catches='(^|[^_[:alnum:]])catch[[:space:]]*\('
while read -r file; do
  if ! awk -v f="$file" '!/^#/ && $1 == f { found = 1 } END { exit !found }' "$list"; then
    echo "$file:$(grep -nE "$catches" "$file" | grep -vE '^[0-9]+:[[:space:]]*//' | head -n 1 | cut -d: -f1): a catch outside $list"
    status=1
  fi
done < <(find src \( -name '*.h' -o -name '*.cc' \) -print0 | sort -z |
  xargs -0 awk -v c="$catches" '!/^[[:space:]]*\/\// && $0 ~ c { print FILENAME; nextfile }')
while read -r file reason; do
  if [ -z "$reason" ]; then
    echo "$list: $file has no reason"
    status=1
  fi
  if [ -e "$file" ] && ! grep -qE "$catches" "$file"; then
    echo "$list: $file catches nothing"
    status=1
  elif [ ! -e "$file" ]; then
    echo "$list: $file does not exist"
    status=1
  fi
done < <(grep -vE '^(#|[[:space:]]*$)' "$list")
exit $status

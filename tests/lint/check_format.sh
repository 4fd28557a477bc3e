#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# check_format.sh [ROOT]: clang-format 14 changes nothing. Other versions format differently: the check is skipped, exit status 4.
set -euo pipefail
root=${1:-$(cd "$(dirname "$0")/../.." && pwd)}
cd "$root"
program=
for candidate in clang-format-14 clang-format; do
  if command -v "$candidate" >/dev/null && "$candidate" --version | grep -q 'version 14\.'; then
    program=$candidate
    break
  fi
done
[ -n "$program" ] || { echo "no clang-format 14 here: skipped"; exit 4; }
folders=()
for folder in src tests yara-rules samples; do
  [ ! -d "$folder" ] || folders+=("$folder")
done
find "${folders[@]}" \( -name '*.h' -o -name '*.cc' -o -name '*.c' \) -print0 |
  xargs -0 "$program" --dry-run -Werror

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# check_spdx.sh [ROOT]: every source file, script, rule and fixture names the licence in its first line (scripts: in the
# second line, after `#!`). Only the image writer, which is a separate program, may be under the GPL.
set -euo pipefail
root=${1:-$(cd "$(dirname "$0")/../.." && pwd)}
cd "$root"
status=0
while IFS= read -r -d '' file; do
  case $file in
  *.h | *.cc | *.c | *.yar | *.sh | *.py | *.cmake | *.b64 | */CMakeLists.txt | ./CMakeLists.txt) ;;
  *) head -c 2 "$file" | grep -q '#!' || continue ;;
  esac
  licence='Apache-2\.0'
  [[ $file != ./samples/ntfs_writer/* ]] || licence='(Apache-2\.0|GPL-2\.0-or-later)'
  if ! head -n 2 "$file" | awk 'NR == 1 && /^#!/ { next } { print; exit }' |
    grep -qE "^(//|#) SPDX-License-Identifier: $licence\$"; then
    echo "$file: no \"SPDX-License-Identifier: Apache-2.0\" in its first line"
    status=1
  fi
done < <(find . \( -path ./.git -o -path './build*' -o -path './case-*' \) -prune -o -type f -print0 | sort -z)
exit $status

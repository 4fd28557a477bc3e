#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# check_sizes.sh [ROOT]: no source file below src/ has more than 450 lines. Aim for about 300; split a file past 450.
set -euo pipefail
root=${1:-$(cd "$(dirname "$0")/../.." && pwd)}
cd "$root"
status=0
while read -r file; do
  lines=$(wc -l <"$file")
  if [ "$lines" -gt 450 ]; then
    echo "$file: $lines lines, 450 at most"
    status=1
  fi
done < <(find src \( -name '*.h' -o -name '*.cc' \) | sort)
exit $status

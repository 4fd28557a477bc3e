#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# check_sizes.sh [ROOT]: no source file below src/ has more than 350 lines (about 300 is the aim), and no function more
# than 80. Functions are found by their layout, which clang-format fixes: a definition and its closing brace have the
# same indentation, none outside of classes and two columns within one.
set -euo pipefail
root=${1:-$(cd "$(dirname "$0")/../.." && pwd)}
cd "$root"
find src \( -name '*.h' -o -name '*.cc' \) -print0 | sort -z | xargs -0 awk '
  function end_of_file() {
    if (lines > 350) { printf "%s: %d lines, 350 at most\n", file, lines; bad = 1 }
  }
  FNR == 1 { end_of_file(); file = FILENAME; in_class = 0; open_at = begin = 0 }
  { lines = FNR }
  /^[[:space:]]*(\/\/|#)/ || /^namespace .*\{$/ { next }
  !open_at && !in_class && /^(template .*)?(class|struct|enum|union) .*\{$/ { in_class = 1; begin = 0; next }
  {
    margin = in_class ? "  " : ""
    # Where a definition may begin: at the margin, after the line before it ended a statement.
    if (!open_at && !begin && index($0, margin) == 1 && substr($0, length(margin) + 1, 1) !~ /[[:space:]}]/) begin = FNR
    if (!open_at && begin && /\{$/) { open_at = begin }
    else if (open_at && index($0, margin "}") == 1) {
      if (FNR - open_at + 1 > 80) {
        printf "%s:%d: a function of %d lines, 80 at most\n", FILENAME, open_at, FNR - open_at + 1
        bad = 1
      }
      open_at = begin = 0
    }
    else if (!open_at && /[;}:]$/) begin = 0
  }
  in_class && /^}/ { in_class = open_at = begin = 0 }
  END { end_of_file(); exit bad }'

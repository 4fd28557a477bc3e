#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# check_language.sh [ROOT]: no text file uses a phrase of phrases.txt, not even across a line break, and no comment in C++
# code is wider than 100 columns. Fixtures, golden files, fuzz corpora, phrases.txt and self_test.sh are exempt.
set -euo pipefail
root=${1:-$(cd "$(dirname "$0")/../.." && pwd)}
cd "$root"
list=tests/lint/phrases.txt
status=0

places=()
for place in .ci .clang-format .clang-tidy CMakeLists.txt CMakePresets.json *.md docs samples src tests third_party yara-rules; do
  [ ! -e "$place" ] || places+=("$place")
done
# Each line is searched together with the next one, without comment leaders and quotes at their ends. `grep -I` skips binary
# files.
hits=$(
  find "${places[@]}" \( -path tests/fixtures -o -path tests/golden -o -path tests/fuzz/corpus -o -name __pycache__ \) -prune -o \
    -type f ! -path "$list" ! -path tests/lint/self_test.sh -print0 | sort -z | { xargs -0 grep -IlZ '' || true; } |
    LC_ALL=C xargs -0 awk -v list="$list" '
      BEGIN {
        while ((getline line < list) > 0) {
          if (line ~ /^(#|[ \t]*$)/) continue
          arrow = index(line, " -> ")
          if (arrow == 0) {
            print list ": \"" line "\" has no suggestion"
            continue
          }
          phrase[++phrases] = "[^[:alnum:]_](" tolower(substr(line, 1, arrow - 1)) ")[^[:alnum:]_]"
          suggestion[phrases] = substr(line, arrow + 4)
          any = any (phrases > 1 ? "|" : "") phrase[phrases]
        }
        if (phrases == 0) print list " has no phrases"
      }
      function search(text, next_text,   both, i, rest, skipped) {
        both = text " " next_text " "
        if (phrases == 0 || both !~ any) return
        for (i = 1; i <= phrases; ++i) {
          rest = both
          skipped = 0
          while (match(rest, phrase[i]) && skipped + RSTART <= length(text)) { # past it: in the next line alone
            print name ":" number ": \"" substr(rest, RSTART + 1, RLENGTH - 2) "\" -> " suggestion[i]
            skipped += RSTART
            rest = substr(rest, RSTART + 1)
          }
        }
      }
      {
        line = tolower($0)
        sub(/^[ \t]*["\/#*<>!]*[ \t]*/, "", line)
        sub(/[ \t]*["\\]*[ \t\r]*$/, "", line)
        if (NR > 1) search(text, FNR > 1 ? line : "")
        text = " " line
        name = FILENAME
        number = FNR
      }
      END { search(text, "") }'
)
[ -z "$hits" ] || { echo "$hits"; status=1; }

# Columns are characters. A comment that is one long word, such as an address, can't be broken.
wide=$(
  find src tests \( -name '*.h' -o -name '*.cc' \) -print0 | sort -z |
    { LC_ALL=C.UTF-8 xargs -0 grep -HnE '^.{101}' || true; } |
    awk '{
      line = $0
      sub(/^[^:]*:[^:]*:/, "", line)
      code = line
      gsub(/"([^"\\]|\\.)*"/, "", code)
      if (code !~ /(^|[ \t])\/\/|^[ \t]*\*[ \t]/ || line ~ /^[ \t]*\/\/+<?[ \t]*[^ \t]+$/) next
      match($0, /^[^:]*:[^:]*:/)
      print substr($0, 1, RLENGTH) " a comment wider than 100 columns"
    }'
)
[ -z "$wide" ] || { echo "$wide"; status=1; }
exit $status

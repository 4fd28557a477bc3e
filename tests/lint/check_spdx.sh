#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# check_spdx.sh [ROOT]: every source file, script, rule and fixture names the licence in its first line (scripts: in the
# second line, after `#!`). Only the image writer, which is a separate program, may be under the GPL.
set -euo pipefail
root=${1:-$(cd "$(dirname "$0")/../.." && pwd)}
cd "$root"
files() { find . \( -path ./.git -o -path './build*' -o -path './case-*' \) -prune -o -type f "$@"; }
status=0
empty=$(files -empty -regex '.*\(\.\(h\|cc\|c\|yar\|sh\|py\|cmake\|b64\)\|/CMakeLists\.txt\)' -print)
[ -z "$empty" ] || { sed 's/$/: empty/' <<<"$empty"; status=1; }
# One awk for all files: there are about a thousand.
files -size +0 -print0 | sort -z |
  LC_ALL=C xargs -0 awk '
    function finish() {
      if (wanted && !found) {
        print last ": no \"SPDX-License-Identifier: Apache-2.0\" in its first line"
        status = 1
      }
    }
    FNR == 1 {
      finish()
      last = FILENAME
      script = /^#!/
      wanted = script || FILENAME ~ /\.(h|cc|c|yar|sh|py|cmake|b64)$/ || FILENAME ~ /\/CMakeLists\.txt$/
      found = 0
      licence = FILENAME ~ /^\.\/samples\/ntfs_writer\// ? "(Apache-2\\.0|GPL-2\\.0-or-later)" : "Apache-2\\.0"
    }
    FNR == (script ? 2 : 1) { found = $0 ~ "^(//|#) SPDX-License-Identifier: " licence "$" }
    FNR >= 2 { nextfile }
    END { finish(); exit status }' || status=1
exit $status

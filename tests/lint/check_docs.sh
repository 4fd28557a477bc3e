#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# check_docs.sh PROGRAM [ROOT]: `PROGRAM sweep --help` shows exactly the options in the README's table of sweep options
# (between the markers `<!-- sweep options -->` and `<!-- end -->`). Without the program the exit status is 4.
set -euo pipefail
program=${1:?the coldsweep program}
root=${2:-$(cd "$(dirname "$0")/../.." && pwd)}
[ -x "$program" ] || { echo "$program is not built: skipped"; exit 4; }

help=$("$program" sweep --help)
shown=$(grep -oE '(^|[ ,])--[a-z][a-z0-9-]*' <<<"$help" | tr -d ' ,' | grep -vxE -- '--help|--version' | sort -u)
table=$(sed -n '/<!-- sweep options -->/,/<!-- end -->/p' "$root/README.md")
documented=$(cut -d'|' -f2 <<<"$table" | grep -oE -- '--[a-z][a-z0-9-]*' | sort -u)

status=0
[ -n "$shown" ] || { echo "'sweep --help' shows no options"; status=1; }
[ -n "$documented" ] || { echo "README.md has no table of sweep options"; status=1; }
while read -r option; do
  [ -z "$option" ] || { echo "README.md does not explain $option"; status=1; }
done < <(comm -23 <(echo "$shown") <(echo "$documented"))
while read -r option; do
  [ -z "$option" ] || { echo "README.md explains $option, which 'sweep --help' does not show"; status=1; }
done < <(comm -13 <(echo "$shown") <(echo "$documented"))
exit $status

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# check_includes.sh [ROOT]: each file of src/ includes what it names (check_includes.py). Without python3: exit status 4.
set -euo pipefail
command -v python3 >/dev/null || { echo "no python3 here: skipped"; exit 4; }
exec python3 "$(dirname "$0")/check_includes.py" "$@"

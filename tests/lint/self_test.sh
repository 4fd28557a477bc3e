#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# self_test.sh CHECK: shows that a check passes on a clean tree and fails on one with a violation. The trees are small and
# are made here, in a temporary folder, so that the state of the real tree doesn't matter.
set -euo pipefail
check=${1:?layers, sizes, catches, spdx, format, language, includes or docs}
here=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/src/{base,model,rules} "$tree"/tests/lint
cp "$here/../../.clang-format" "$tree"
licence='// SPDX-License-Identifier: Apache-2.0'
printf '%s\n#pragma once\nint one();\n' "$licence" >"$tree/src/base/one.h"
printf '%s\n#include "rules/two.h"\n#include "base/one.h"\n' "$licence" >"$tree/src/rules/two.cc"
printf '%s\n#pragma once\n' "$licence" >"$tree/src/rules/two.h"
: >"$tree/tests/lint/catch_sites.txt"

arguments=()
passes() {
  "$here/check_$check.sh" "${arguments[@]}" "$tree" >"$tree.log" 2>&1 || status=$?
  if [ "${status:-0}" = 4 ]; then exit 4; fi
  [ "${status:-0}" = 0 ] || { cat "$tree.log"; echo "check_$check.sh fails where it should pass: $1"; exit 1; }
}
fails() {
  if "$here/check_$check.sh" "${arguments[@]}" "$tree" >"$tree.log" 2>&1; then
    echo "check_$check.sh passes where it should fail: $1"
    exit 1
  fi
  grep -qF -- "$2" "$tree.log" || { cat "$tree.log"; echo "check_$check.sh does not say \"$2\": $1"; exit 1; }
}
trap 'rm -rf "$tree" "$tree.log"' EXIT

case $check in
layers)
  passes "a clean tree"
  echo '#include "rules/two.h"' >>"$tree/src/base/one.h"
  fails "base includes rules" "src/base/one.h:4: base may not include rules"
  sed -i '$d' "$tree/src/base/one.h"
  echo '#  include "manifest/seal.h"' >>"$tree/src/rules/two.h"
  fails "rules includes manifest" "rules may not include manifest"
  sed -i '$d' "$tree/src/rules/two.h"
  echo '#include "two.h"' >>"$tree/src/rules/two.cc"
  fails "an include without its folder" "includes start at src/"
  sed -i '$d' "$tree/src/rules/two.cc"
  mkdir "$tree/src/odd" && cp "$tree/src/base/one.h" "$tree/src/odd"
  fails "a folder that is not in the table" "src/odd is not in the table"
  rm -r "$tree/src/odd"
  passes "a clean tree again"
  printf '%s\n#pragma once\n#include "base/one.h"\n' "$licence" >"$tree/src/base/three.h"
  passes "an include without a cycle"
  printf '%s\n#include "base/one.h"\n#include "base/three.h"\n' "$licence" >"$tree/src/base/one.cc"
  fails "a cycle of two files" "a cycle of includes: base/"
  ;;
sizes)
  yes '// line' | head -n 350 >"$tree/src/base/long.cc" || true
  passes "a file of 350 lines"
  echo '// line' >>"$tree/src/base/long.cc"
  fails "a file of 351 lines" "src/base/long.cc: 351 lines"
  function_of() { # HEAD MARGIN LINES
    printf '%s%s {\n' "$2" "$1"
    yes "$2  call();" | head -n $(($3 - 2)) || true
    printf '%s}\n' "$2"
  }
  function_of 'int two()' '' 80 >"$tree/src/base/long.cc"
  passes "a function of 80 lines"
  function_of 'int two()' '' 81 >"$tree/src/base/long.cc"
  fails "a function of 81 lines" "src/base/long.cc:1: a function of 81 lines"
  { printf 'class Two {\npublic:\n'; function_of 'int two()' '  ' 81; printf '};\n'; } >"$tree/src/base/long.cc"
  fails "a method of 81 lines" "src/base/long.cc:3: a function of 81 lines"
  ;;
catches)
  echo '// one does not catch (here)' >>"$tree/src/rules/two.cc"
  passes "no catch"
  printf 'void f() try {\n} catch (...) {\n}\n' >>"$tree/src/rules/two.cc"
  fails "a catch in a file that is not listed" "src/rules/two.cc:6: a catch"
  echo 'src/rules/two.cc' >"$tree/tests/lint/catch_sites.txt"
  fails "a listed file without a reason" "has no reason"
  echo 'src/rules/two.cc to show that it works' >"$tree/tests/lint/catch_sites.txt"
  passes "a catch in a file that is listed"
  echo 'src/base/one.h to show that it works' >>"$tree/tests/lint/catch_sites.txt"
  fails "a listed file that catches nothing" "src/base/one.h catches nothing"
  echo 'src/base/gone.h to show that it works' >"$tree/tests/lint/catch_sites.txt"
  fails "a listed file that is gone" "src/base/gone.h does not exist"
  ;;
spdx)
  printf '#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n' >"$tree/tests/run"
  printf 'words\n' >"$tree/README.md"
  passes "a clean tree"
  printf '#!/bin/sh\necho\n' >"$tree/tests/run"
  fails "a script without the line" "./tests/run: no"
  rm "$tree/tests/run"
  mkdir -p "$tree/samples/ntfs_writer"
  echo '// SPDX-License-Identifier: GPL-2.0-or-later' >"$tree/samples/ntfs_writer/main.cc"
  passes "the image writer under the GPL"
  cp "$tree/samples/ntfs_writer/main.cc" "$tree/src/rules/gpl.cc"
  fails "the GPL in the product" "./src/rules/gpl.cc: no"
  rm "$tree/src/rules/gpl.cc"
  sed -i 1d "$tree/src/base/one.h"
  fails "a header without the line" "./src/base/one.h: no"
  ;;
format)
  passes "a clean tree"
  echo 'int  two( ) ;' >>"$tree/src/base/one.h"
  fails "spacing" "src/base/one.h"
  ;;
language)
  cp "$here/phrases.txt" "$tree/tests/lint"
  mkdir -p "$tree"/tests/{fixtures,golden}
  echo 'whoever, in a fixture' >"$tree/tests/fixtures/one.b64"
  printf 'whoever\0in a binary file\n' >"$tree/tests/binary"
  printf '%s\n// One more line, %0*d\n' "$licence" 82 0 >"$tree/src/base/two.h"
  passes "a clean tree"
  echo 'The rule is asked of each record.' >"$tree/README.md"
  fails "a phrase in a text" 'README.md:1: "is asked of" -> is evaluated on'
  rm "$tree/README.md"
  echo '// Whoever calls it.' >>"$tree/src/base/one.h"
  fails "a phrase in a comment, in capitals" 'src/base/one.h:4: "whoever" -> anyone who'
  sed -i '$d' "$tree/src/base/one.h"
  printf '// The index is made\n// anew.\nint three();\n' >>"$tree/src/base/one.h"
  fails "a phrase across two lines" 'src/base/one.h:4: "made anew" -> rebuilt'
  sed -i 's/made/remade/' "$tree/src/base/one.h"
  passes "a part of a longer word"
  printf '// One more line, %0*d\n' 83 0 >>"$tree/src/base/two.h"
  fails "a comment of 101 columns" "src/base/two.h:3: a comment wider than 100 columns"
  sed -i '$d' "$tree/src/base/two.h"
  printf 'int four(); // %0*d %0*d\n' 40 0 50 0 >>"$tree/src/base/two.h"
  fails "a comment of 106 columns after code" "src/base/two.h:3: a comment wider than 100 columns"
  sed -i '$d' "$tree/src/base/two.h"
  printf 'auto text = "// %0*d %0*d";\n// https://%0*d\n' 40 0 50 0 100 0 >>"$tree/src/base/two.h"
  passes "text that is no comment, and a long address"
  printf '// A test, %0*d\n' 90 0 >"$tree/tests/one_test.cc"
  fails "a wide comment in a test" "tests/one_test.cc:1: a comment wider than 100 columns"
  rm "$tree/tests/one_test.cc"
  echo 'a phrase' >>"$tree/tests/lint/phrases.txt"
  fails "a phrase without a suggestion" '"a phrase" has no suggestion'
  ;;
includes)
  printf '#include <string>\nstd::string_view view; // std::map\n' >>"$tree/src/base/one.h"
  passes "a header of a header"
  echo 'std::optional<int> none;' >>"$tree/src/rules/two.cc"
  fails "a name without its header" "src/rules/two.cc:4: std::optional without #include <optional>"
  echo '#include <optional>' >>"$tree/src/base/one.h"
  passes "the header through one of src/"
  ;;
docs)
  program=$tree/program
  arguments=("$program")
  printf '#!/bin/sh\necho "  -t, --threads N  worker threads, see also --memory"\necho "  --memory SIZE  bound"\necho "  -h, --help"\n' >"$program"
  chmod +x "$program"
  table() { printf '<!-- sweep options -->\n| option | |\n| --- | --- |\n%s\n<!-- end -->\n`--other`\n' "$1" >"$tree/README.md"; }
  table $'| `-t, --threads N` | one, see `--scope` |\n| `--memory SIZE` | two |'
  passes "all options explained"
  table '| `-t, --threads N` | one, see `--memory` |'
  fails "one option missing" "does not explain --memory"
  table $'| `-t, --threads N` | one |\n| `--memory SIZE` | two |\n| `--scope LIST` | three |'
  fails "one option too many" "README.md explains --scope"
  ;;
*)
  echo "no check of that name: $check" >&2
  exit 2
  ;;
esac

# SPDX-License-Identifier: Apache-2.0
# cmake -DFOLDER=... -DOUTPUT=... -P embed.cmake
# The hash sets of FOLDER -> one C++ source with their bytes, each as an escape sequence, 32 a line.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/../embed_bytes.cmake)

set(texts "")
foreach(name exchange_2021.csv exchange_web_files.csv.xz)
  bytes_as_literals(${FOLDER}/${name} bytes)
  string(MAKE_C_IDENTIFIER ${name} identifier)
  string(APPEND texts "constexpr char k_${identifier}[] =\n    \"\"\n${bytes};\n")
endforeach()

file(WRITE ${OUTPUT} "// Made by yara-rules/hash-sets/embed.cmake; not to be edited.
#include \"yara-rules/hash-sets/builtin_hash_sets.h\"

namespace coldsweep {
namespace {
${texts}
} // namespace

BuiltinHashSets builtin_hash_sets() {
  return {{{\"builtin/exchange_2021.csv\", {k_exchange_2021_csv, sizeof(k_exchange_2021_csv) - 1}}},
          {{\"builtin/exchange_web_files.csv.xz\",
            {k_exchange_web_files_csv_xz, sizeof(k_exchange_web_files_csv_xz) - 1}}}};
}

} // namespace coldsweep
")

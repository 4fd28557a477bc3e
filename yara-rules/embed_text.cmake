# SPDX-License-Identifier: Apache-2.0
# cmake -DINPUT=... -DHEADER=... -DFUNCTION=... -DOUTPUT=... -P embed_text.cmake
# One file -> a C++ source that defines `std::string_view FUNCTION()`, declared in HEADER, which returns its bytes.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/embed_bytes.cmake)

bytes_as_literals(${INPUT} bytes)
file(WRITE ${OUTPUT} "// Made by yara-rules/embed_text.cmake; not to be edited.
#include \"${HEADER}\"

namespace coldsweep {
namespace {
constexpr char kText[] =
    \"\"
${bytes};
} // namespace

std::string_view ${FUNCTION}() { return {kText, sizeof(kText) - 1}; }

} // namespace coldsweep
")

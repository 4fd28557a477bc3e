# SPDX-License-Identifier: Apache-2.0
# cmake -DINPUT=... -DHEADER=... -DFUNCTION=... -DOUTPUT=... -P embed_text.cmake
# One file -> a C++ source that defines `std::string_view FUNCTION()`, declared in HEADER, over its bytes.
cmake_minimum_required(VERSION 3.25)

file(READ ${INPUT} bytes HEX)
# 32 bytes a line. Within a line every character is an escape, so none can run into the next.
string(REGEX REPLACE "(................................................................)" "\\1\n" bytes "${bytes}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" bytes "${bytes}")
string(REGEX REPLACE "([^\n]+)" "    \"\\1\"" bytes "${bytes}")
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

# SPDX-License-Identifier: Apache-2.0
# cmake -DFOLDER=... -DOUTPUT=... -P embed.cmake
# Every *.yar of FOLDER, sorted by name -> one C++ source with their bytes. Each byte is written as an escape sequence,
# so that any content is preserved. Each string literal is short enough for any compiler.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/embed_bytes.cmake)

file(GLOB names RELATIVE ${FOLDER} ${FOLDER}/*.yar)
list(SORT names COMPARE STRING)
if(NOT names)
  message(FATAL_ERROR "no rule files in ${FOLDER}")
endif()

set(texts "")
set(rows "")
set(number 0)
foreach(name IN LISTS names)
  if(NOT name MATCHES "^[a-z0-9_]+[.]yar$")
    message(FATAL_ERROR "${name}: names of rule files consist of lower-case letters, digits and underscores")
  endif()
  bytes_as_literals(${FOLDER}/${name} bytes)
  string(APPEND texts "constexpr char kText${number}[] =\n    \"\"\n${bytes};\n")
  string(APPEND rows "    {\"builtin/${name}\", {kText${number}, sizeof(kText${number}) - 1}},\n")
  math(EXPR number "${number} + 1")
endforeach()

file(WRITE ${OUTPUT} "// Made by yara-rules/embed.cmake; not to be edited.
#include \"yara-rules/builtin_rules.h\"

namespace coldsweep {
namespace {
${texts}
constexpr BuiltinRuleFile kFiles[] = {
${rows}};
} // namespace

std::span<const BuiltinRuleFile> builtin_rules() { return kFiles; }

} // namespace coldsweep
")

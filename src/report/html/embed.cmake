# SPDX-License-Identifier: Apache-2.0
# cmake -DFILES=a;b -DOUTPUT=... -P embed.cmake
# The files, by name -> one C++ source that holds their bytes, each written as an escape, 32 a line.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/../../../yara-rules/embed_bytes.cmake)

set(texts "")
set(rows "")
set(number 0)
foreach(path IN LISTS FILES)
  get_filename_component(name ${path} NAME)
  bytes_as_literals(${path} bytes)
  string(APPEND texts "constexpr char kText${number}[] =\n    \"\"\n${bytes};\n")
  string(APPEND rows "    {\"${name}\", {kText${number}, sizeof(kText${number}) - 1}},\n")
  math(EXPR number "${number} + 1")
endforeach()

file(WRITE ${OUTPUT} "// Made by src/report/html/embed.cmake; not to be edited.
#include \"report/page_files.h\"

#include <stdexcept>

namespace coldsweep::report {
namespace {
${texts}
struct PageFile {
  std::string_view name, text;
};
constexpr PageFile kFiles[] = {
${rows}};
} // namespace

std::string_view page_file(std::string_view name) {
  for (const PageFile& file : kFiles)
    if (file.name == name) return file.text;
  throw std::logic_error(\"no such file of the page\");
}

} // namespace coldsweep::report
")

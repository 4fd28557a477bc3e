# SPDX-License-Identifier: Apache-2.0
# bytes_as_literals(FILE OUT): the bytes of FILE as C++ string literals, 32 bytes a line. Every character is an escape
# sequence, so that none can run into the next, and any content is preserved.
function(bytes_as_literals file out)
  file(READ ${file} bytes HEX)
  string(REGEX REPLACE "(................................................................)" "\\1\n" bytes "${bytes}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" bytes "${bytes}")
  string(REGEX REPLACE "([^\n]+)" "    \"\\1\"" bytes "${bytes}")
  set(${out} "${bytes}" PARENT_SCOPE)
endfunction()

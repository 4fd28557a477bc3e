# SPDX-License-Identifier: Apache-2.0
# libyara: target Yara::yara, variable Yara_VERSION.
find_path(Yara_INCLUDE_DIR NAMES yara.h)
find_library(Yara_LIBRARY NAMES yara)
if(Yara_INCLUDE_DIR)
  file(STRINGS ${Yara_INCLUDE_DIR}/yara/libyara.h _yara_lines REGEX "#define YR_(MAJOR|MINOR|MICRO)_VERSION")
  string(REGEX REPLACE ".*MAJOR_VERSION ([0-9]+).*MINOR_VERSION ([0-9]+).*MICRO_VERSION ([0-9]+).*" "\\1.\\2.\\3"
    Yara_VERSION "${_yara_lines}")
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Yara REQUIRED_VARS Yara_LIBRARY Yara_INCLUDE_DIR VERSION_VAR Yara_VERSION)
if(Yara_FOUND AND NOT TARGET Yara::yara)
  add_library(Yara::yara UNKNOWN IMPORTED)
  set_target_properties(Yara::yara PROPERTIES IMPORTED_LOCATION ${Yara_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${Yara_INCLUDE_DIR})
endif()

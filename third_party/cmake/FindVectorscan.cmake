# SPDX-License-Identifier: Apache-2.0
# Vectorscan (or Hyperscan, whose interface it keeps): target Vectorscan::hs, variable Vectorscan_VERSION.
find_path(Vectorscan_INCLUDE_DIR NAMES hs/hs.h)
find_library(Vectorscan_LIBRARY NAMES hs)
if(Vectorscan_INCLUDE_DIR)
  file(STRINGS ${Vectorscan_INCLUDE_DIR}/hs/hs.h _hs_lines REGEX "#define HS_(MAJOR|MINOR|PATCH) ")
  string(REGEX REPLACE ".*MAJOR +([0-9]+).*MINOR +([0-9]+).*PATCH +([0-9]+).*" "\\1.\\2.\\3" Vectorscan_VERSION "${_hs_lines}")
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Vectorscan REQUIRED_VARS Vectorscan_LIBRARY Vectorscan_INCLUDE_DIR VERSION_VAR Vectorscan_VERSION)
if(Vectorscan_FOUND AND NOT TARGET Vectorscan::hs)
  add_library(Vectorscan::hs UNKNOWN IMPORTED)
  set_target_properties(Vectorscan::hs PROPERTIES IMPORTED_LOCATION ${Vectorscan_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${Vectorscan_INCLUDE_DIR})
endif()

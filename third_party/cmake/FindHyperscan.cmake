# SPDX-License-Identifier: Apache-2.0
# Hyperscan: target Hyperscan::hs, variable Hyperscan_VERSION.
find_path(Hyperscan_INCLUDE_DIR NAMES hs/hs.h)
find_library(Hyperscan_LIBRARY NAMES hs)
if(Hyperscan_INCLUDE_DIR)
  file(STRINGS ${Hyperscan_INCLUDE_DIR}/hs/hs.h _hs_lines REGEX "#define HS_(MAJOR|MINOR|PATCH) ")
  string(REGEX REPLACE ".*MAJOR +([0-9]+).*MINOR +([0-9]+).*PATCH +([0-9]+).*" "\\1.\\2.\\3" Hyperscan_VERSION "${_hs_lines}")
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Hyperscan REQUIRED_VARS Hyperscan_LIBRARY Hyperscan_INCLUDE_DIR VERSION_VAR Hyperscan_VERSION)
if(Hyperscan_FOUND AND NOT TARGET Hyperscan::hs)
  add_library(Hyperscan::hs UNKNOWN IMPORTED)
  set_target_properties(Hyperscan::hs PROPERTIES IMPORTED_LOCATION ${Hyperscan_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${Hyperscan_INCLUDE_DIR})
endif()

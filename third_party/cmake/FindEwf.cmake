# SPDX-License-Identifier: Apache-2.0
# libewf: target Ewf::ewf.
find_path(Ewf_INCLUDE_DIR NAMES libewf.h)
find_library(Ewf_LIBRARY NAMES ewf)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Ewf REQUIRED_VARS Ewf_LIBRARY Ewf_INCLUDE_DIR)
if(Ewf_FOUND AND NOT TARGET Ewf::ewf)
  add_library(Ewf::ewf UNKNOWN IMPORTED)
  set_target_properties(Ewf::ewf PROPERTIES IMPORTED_LOCATION ${Ewf_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${Ewf_INCLUDE_DIR})
endif()

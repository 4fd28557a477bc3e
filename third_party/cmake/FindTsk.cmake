# SPDX-License-Identifier: Apache-2.0
# The Sleuth Kit: target Tsk::tsk, variable Tsk_VERSION. Debian's package has no CMake configuration.
find_path(Tsk_INCLUDE_DIR NAMES tsk/libtsk.h)
find_library(Tsk_LIBRARY NAMES tsk)
if(Tsk_INCLUDE_DIR)
  file(STRINGS ${Tsk_INCLUDE_DIR}/tsk/base/tsk_base.h _tsk_version REGEX "#define TSK_VERSION_STR \"")
  string(REGEX REPLACE ".*\"([0-9.]+).*" "\\1" Tsk_VERSION "${_tsk_version}")
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Tsk REQUIRED_VARS Tsk_LIBRARY Tsk_INCLUDE_DIR VERSION_VAR Tsk_VERSION)
if(Tsk_FOUND AND NOT TARGET Tsk::tsk)
  add_library(Tsk::tsk UNKNOWN IMPORTED)
  set_target_properties(Tsk::tsk PROPERTIES IMPORTED_LOCATION ${Tsk_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${Tsk_INCLUDE_DIR})
endif()

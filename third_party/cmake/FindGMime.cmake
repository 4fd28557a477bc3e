# SPDX-License-Identifier: Apache-2.0
# GMime: target GMime::GMime, from its pkg-config file.
find_package(PkgConfig REQUIRED)
pkg_check_modules(GMime IMPORTED_TARGET gmime-3.0)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(GMime REQUIRED_VARS GMime_LIBRARIES VERSION_VAR GMime_VERSION)
if(GMime_FOUND AND NOT TARGET GMime::GMime)
  add_library(GMime::GMime ALIAS PkgConfig::GMime)
endif()

// SPDX-License-Identifier: Apache-2.0
// The files of html/, embedded at build time. Constant data, any thread.
#pragma once

#include <string_view>

namespace coldsweep::report {

/// The text of `page.css` and the like. Throws std::logic_error if there is no such file.
std::string_view page_file(std::string_view name);

} // namespace coldsweep::report

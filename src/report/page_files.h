// SPDX-License-Identifier: Apache-2.0
// The files of html/ as they were when the program was built. Constant data, any thread.
#pragma once

#include <string_view>

namespace coldsweep::report {

/// The text of `page.css` and the like. Throws std::logic_error for a name that is none.
std::string_view page_file(std::string_view name);

} // namespace coldsweep::report

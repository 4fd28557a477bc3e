// SPDX-License-Identifier: Apache-2.0
// Names of members as archives and messages state them. Private to content/. Any thread.
#pragma once

#include <string>

namespace coldsweep {

/// Printable UTF-8 of bounded length, with `/` between folders. A `!` before `/` is escaped, since
/// `!/` separates nested archives.
std::string member_name(std::string stated);

} // namespace coldsweep

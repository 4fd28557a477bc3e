// SPDX-License-Identifier: Apache-2.0
// The external variables that public rule sets expect. What each one holds: decision 13 in
// docs/design/examine.md.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace coldsweep {

/// Always defined, as strings, in this order.
constexpr std::array<std::string_view, 5> kExternalNames{"filename", "filepath", "extension",
                                                         "filetype", "owner"};

/// Their values for one path of a stream.
struct Externals {
  std::string filename, filepath, extension, filetype, owner;
};

} // namespace coldsweep

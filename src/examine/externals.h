// SPDX-License-Identifier: Apache-2.0
// What rules see of a stream's path and owner, as LOKI and THOR hand it to them. Pure functions.
#pragma once

#include "rules/scanner.h"

#include <string>

namespace coldsweep {

struct NamedStream {
  std::string_view path;        ///< `/inetpub/wwwroot/a.aspx`
  std::string_view stream_name; ///< empty for the main stream
  std::string_view owner_sid;   ///< may be empty
};

/// `filename` is the last part of the path as on disk, with `:stream` for an alternate data stream; `filepath` the
/// folder alone, with backslashes and a drive letter and without a trailing one (but `C:\`); `extension` is in lower
/// case with its dot; `owner` is `NT-AUTHORITY\SYSTEM` and the like where the SID is well known, else the SID.
/// `filetype` is left to the content.
Externals externals_of(const NamedStream& stream, char drive);

} // namespace coldsweep

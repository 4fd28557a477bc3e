// SPDX-License-Identifier: Apache-2.0
// What the name of an archive's member says about the log that it may be. Pure functions. Private
// to examine/ and recheck/.
#pragma once

#include "model/outcome.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coldsweep {

/// Between an archive and what is in it, in the names of members.
inline constexpr std::string_view kInside = "!/";

/// The name that a log had before it was compressed: that of `u_ex.log.gz` without `.gz`, since
/// the file states none.
struct NamedLog {
  std::string path;                  ///< of the archive, or of the log itself
  std::optional<std::string> member; ///< in it

  /// With the archives as folders.
  std::string full_path() const;
};

NamedLog named_log(std::string_view path, std::string_view member);

/// Adds the time span of one more log. The spans are bounded: further families are joined.
void add_span(std::vector<LogSpan>& spans, LogSpan more);

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
// The external variables that rules see, put together in one place for streams, archive members and
// re-checks, as LOKI and THOR hand them to rules. Pure functions.
#pragma once

#include "model/externals.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace coldsweep {

/// Names and owner of the content.
struct NamedContent {
  std::string_view path;                    ///< of the stream: `/inetpub/wwwroot/a.aspx`
  std::string_view stream_name{};           ///< empty for the main stream
  std::string_view owner_sid{};             ///< may be empty
  std::span<const std::string> links{};     ///< further paths of the stream
  std::optional<std::string_view> member{}; ///< path within the archive that the stream is
  std::string_view unpacked_from{};         ///< of a member, see unpacked_within()
};

/// What a member is unpacked from: the archives around it by what THOR calls them, the outermost
/// first, as `EMAIL>ZIP`. `outer`: the same for the innermost of them, which is a `label`.
std::string unpacked_within(std::string_view outer, std::string_view label);

/// One set for each path, that of `path` first; a member has only one. `filename` is the last part
/// of the path as on disk, with `:stream` for an alternate data stream. `filepath` is the folder
/// alone, with backslashes and a drive letter and no trailing backslash except in `C:\`.
/// `extension` is in lower case with its dot. `owner` is `NT-AUTHORITY\SYSTEM` and the like where
/// the SID is well known, else the SID. `filetype` is left to the scan.
std::vector<Externals> externals_of(const NamedContent& content, char drive);

} // namespace coldsweep

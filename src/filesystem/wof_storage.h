// SPDX-License-Identifier: Apache-2.0
// Files whose content Windows' overlay filter (WOF, "CompactOS", `compact /exe`) keeps outside of
// their main stream. In: the reparse point that says so, and the streams of the file. Out: the main
// stream, with the extents of the stream that holds its bytes. Layouts: MS-FSCC 2.1.2.1 for the
// tag; WOF_EXTERNAL_INFO and FILE_PROVIDER_EXTERNAL_INFO_V1 of the Windows SDK.
#pragma once

#include "filesystem/stream_assembly.h"

#include <optional>
#include <string>
#include <vector>

namespace coldsweep {

/// What the reparse point says.
struct WofReparse {
  Encoding encoding = Encoding::wof;
  u32 chunk = 0;          ///< bytes that one chunk decompresses to
  std::string why_unread; ///< of Encoding::wof
};

constexpr u64 kMostWofReparseBytes = 64; // more than any known version needs

/// Absent if the reparse point belongs to another filter.
std::optional<WofReparse> parse_wof_reparse(ByteView value);

/// Gives the main stream the encoding and the extents of the stream WofCompressedData, which
/// remains a stream of its own. What the main stream itself stores, which Windows doesn't show,
/// becomes another stream.
void store_in_wof(const WofReparse& reparse, std::vector<FoundStream>& streams);

} // namespace coldsweep

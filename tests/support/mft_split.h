// SPDX-License-Identifier: Apache-2.0
// Lays $MFT out as on an old and busy volume: its run list is split over extension records, which
// record 0 names in an attribute list. libntfs-3g doesn't do this on small volumes. Any thread.
#pragma once

#include "base/types.h"

#include <span>
#include <string>

namespace coldsweep::test {

/// Cuts $MFT's only run before each of these clusters of $MFT (ascending), and moves all pieces but
/// the first into records 12, 13 and so on, which NTFS reserves for this. Updates the copy of
/// record 0 in $MFTMirr. Throws if $MFT isn't in one run, or if record 0 has no room.
void split_mft(std::string& volume, std::span<const u64> cuts);

/// Cuts the attribute list of record 0, and of its copy, to `keep` bytes.
void cut_mft_list(std::string& volume, u64 keep);

} // namespace coldsweep::test

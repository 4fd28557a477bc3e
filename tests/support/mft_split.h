// SPDX-License-Identifier: Apache-2.0
// Lays $MFT out as on an old and busy volume: its run list lies in pieces in extension records, which record 0 names in an
// attribute list. libntfs-3g gives small volumes nothing of the kind. Any thread.
#pragma once

#include "base/types.h"

#include <span>
#include <string>

namespace coldsweep::test {

/// Cuts the one run of $MFT before each of these clusters of it (ascending), and moves all pieces but the first into the
/// records 12, 13 and so on, which NTFS keeps for that. The copy of record 0 in $MFTMirr follows. Throws where $MFT isn't in
/// one run, or record 0 has no room.
void split_mft(std::string& volume, std::span<const u64> cuts);

/// Changes the value of the attribute list of record 0, and of the copy: `keep` of its bytes stay.
void cut_mft_list(std::string& volume, u64 keep);

} // namespace coldsweep::test

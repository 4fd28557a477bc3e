// SPDX-License-Identifier: Apache-2.0
// Writes VHD images, healthy ones and such as no tool writes. Any thread.
#pragma once

#include "base/types.h"

#include <string>

namespace coldsweep::test {

inline constexpr u32 kFixedVhd = 2, kDynamicVhd = 3, kDifferencingVhd = 4;

/// 512 bytes, with the right checksum. `header` is where a dynamic disk has its header.
std::string vhd_footer(u32 kind, u64 media, u64 header = 512);

struct VhdSpec {
  u64 block = 2_MiB;
  bool reversed = false; ///< the last block comes first in the file
  /// Sectors of zeros are marked as never written, and the file holds other bytes for them.
  bool exact_bitmaps = false;
};

/// A dynamic disk. Blocks of zeros are left out. The table is at offset 1536.
std::string dynamic_vhd(const std::string& media, const VhdSpec& spec = {});

/// The media and a footer.
std::string fixed_vhd(const std::string& media);

/// Writes a big-endian integer, and makes the checksum of footer or header (`cxsparse`) right again
/// if `at` is in that of a dynamic disk.
void set_vhd_field(std::string& vhd, u64 at, u64 value, unsigned width = 4);

inline constexpr u64 kVhdHeader = 512, kVhdTable = 1536; ///< in what dynamic_vhd() writes

} // namespace coldsweep::test

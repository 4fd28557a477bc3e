// SPDX-License-Identifier: Apache-2.0
// $ATTRIBUTE_LIST: which MFT record holds which attribute of a file. Layout: Linux-NTFS project,
// "NTFS Documentation", $ATTRIBUTE_LIST.
#pragma once

#include "filesystem/mft_record.h"

#include <string>
#include <vector>

namespace coldsweep {

struct AttributeListEntry {
  u32 type = 0;
  std::string name; ///< UTF-16LE bytes
  FileReference where;
  u16 id = 0;
};

struct AttributeList {
  std::vector<AttributeListEntry> entries;
  std::string problem; ///< why it could not be read to its end; empty if it could
};

AttributeList parse_attribute_list(ByteView bytes);

constexpr u64 kMostAttributeListBytes = 256 << 10; // Windows' own limit

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
// Finds records and attributes in the bytes of a small test volume whose $MFT is in one run, so
// that a test can damage them. Throws std::bad_optional_access if something isn't there.
#pragma once

#include "base/endian.h"
#include "base/types.h"

#include <string>

namespace coldsweep::test {

template <std::unsigned_integral T> T field(const std::string& volume, u64 offset) {
  return little<T>(bytes_of(volume), offset).value();
}

inline void set_field(std::string& volume, u64 offset, u64 value, unsigned width) {
  for (unsigned i = 0; i < width; ++i)
    volume.at(offset + i) = static_cast<char>((value >> (8 * i)) & 0xFF);
}

/// Where a record begins in the volume.
inline u64 record_offset(const std::string& volume, u64 record) {
  const u64 cluster = u64{field<u16>(volume, 0x0B)} * field<u8>(volume, 0x0D);
  return field<u64>(volume, 0x30) * cluster + record * 1024;
}

/// Where the first attribute of that type begins.
inline std::optional<u64> attribute_offset(const std::string& volume, u64 record, u32 type) {
  const u64 start = record_offset(volume, record);
  u64 at = start + field<u16>(volume, start + 0x14);
  while (at + 8 <= start + 1024) {
    const u32 found = field<u32>(volume, at);
    if (found == type) return at;
    const u32 length = field<u32>(volume, at + 4);
    if (found == 0xFFFFFFFF || length == 0) break;
    at += length;
  }
  return std::nullopt;
}

/// Where the run list of a non-resident attribute begins.
inline u64 run_list_offset(const std::string& volume, u64 attribute) {
  return attribute + field<u16>(volume, attribute + 0x20);
}

} // namespace coldsweep::test

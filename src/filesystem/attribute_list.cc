// SPDX-License-Identifier: Apache-2.0
#include "filesystem/attribute_list.h"

#include "base/endian.h"

#include <fmt/format.h>

namespace coldsweep {

AttributeList parse_attribute_list(ByteView bytes) {
  AttributeList list;
  constexpr u64 header_size = 26;
  if (bytes.empty()) list.problem = "attribute list: empty, or none of its clusters is known";
  u64 offset = 0;
  while (offset + header_size <= bytes.size()) {
    const u64 length = *little<u16>(bytes, offset + 4);
    const std::optional<ByteView> entry = slice(bytes, offset, length);
    if (length < header_size || !entry) {
      list.problem =
          fmt::format("attribute list: entry at offset {} claims {} bytes", offset, length);
      return list;
    }
    const u64 name_bytes = u64{*little<u8>(*entry, 6)} * 2;
    const std::optional<ByteView> name = slice(*entry, *little<u8>(*entry, 7), name_bytes);
    if (!name) {
      list.problem =
          fmt::format("attribute list: name of the entry at offset {} reaches past it", offset);
      return list;
    }
    list.entries.push_back({*little<u32>(*entry, 0), std::string(chars_of(*name)),
                            FileReference::from(*little<u64>(*entry, 16)),
                            *little<u16>(*entry, 24)});
    offset += length;
  }
  return list;
}

} // namespace coldsweep

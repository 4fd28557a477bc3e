// SPDX-License-Identifier: Apache-2.0
#include "volume/media_start.h"

#include "base/checked.h"
#include "volume/boot_sector.h"

#include <algorithm>

namespace coldsweep {

std::vector<std::byte> start_of(const ByteSource& source, u64 offset, u64 length) {
  std::vector<std::byte> bytes(std::min(length, saturating_subtract(source.size(), offset)));
  try {
    source.read(offset, bytes);
  } catch (const ReadError& e) {
    bytes.resize(std::min<u64>(saturating_subtract(e.offset, offset), bytes.size()));
  }
  return bytes;
}

std::string signature_at(const ByteSource& media, u64 offset) {
  const std::vector<std::byte> start = start_of(media, offset, kSignatureBytes);
  return looks_like_ntfs(start) ? "ntfs" : signature_of(start);
}

} // namespace coldsweep

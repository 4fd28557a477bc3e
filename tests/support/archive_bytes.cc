// SPDX-License-Identifier: Apache-2.0
#include "support/archive_bytes.h"

namespace coldsweep::test {

std::string little_endian(u64 value, unsigned bytes) {
  std::string text;
  for (unsigned i = 0; i < bytes; ++i) text += static_cast<char>((value >> (8 * i)) & 0xFF);
  return text;
}

u32 crc32_of(std::string_view bytes) {
  u32 crc = ~u32{0};
  for (const char c : bytes) {
    crc ^= static_cast<u8>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320U : 0);
  }
  return ~crc;
}

} // namespace coldsweep::test

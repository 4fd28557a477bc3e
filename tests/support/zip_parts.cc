// SPDX-License-Identifier: Apache-2.0
#include "support/zip_parts.h"

#include "base/types.h"

namespace coldsweep::test {
namespace {

std::string number(u64 value, unsigned bytes) {
  std::string text;
  for (unsigned i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xFF);
  return text;
}

u32 crc32(const std::string& bytes) {
  u32 crc = ~u32{0};
  for (const char c : bytes) {
    crc ^= static_cast<u8>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320U : 0);
  }
  return ~crc;
}

/// Version, flags, method, time, date, CRC-32, both sizes, lengths of name and extra field.
std::string common(const ZipPart& member) {
  return number(20, 2) + number(0, 4) + number(0x5A210000, 4) + number(crc32(member.content), 4) +
         number(member.content.size(), 4) + number(member.content.size(), 4) +
         number(member.name.size(), 2) + number(0, 2);
}

} // namespace

std::string zip_local(const ZipPart& member) {
  return "PK\3\4" + common(member) + member.name + member.content;
}

std::string zip_central(const ZipPart& member, std::size_t offset) {
  return "PK\1\2" + number(20, 2) + common(member) + number(0, 6) +
         number(member.external_attributes, 4) + number(offset, 4) + member.name;
}

std::string zip_end_record(std::size_t entries, std::size_t size, std::size_t offset) {
  return "PK\5\6" + number(0, 4) + number(entries, 2) + number(entries, 2) + number(size, 4) +
         number(offset, 4) + number(0, 2);
}

std::string make_zip(const std::vector<ZipPart>& members) {
  std::string zip, directory;
  for (const ZipPart& member : members) {
    directory += zip_central(member, zip.size());
    zip += zip_local(member);
  }
  return zip + directory + zip_end_record(members.size(), directory.size(), zip.size());
}

} // namespace coldsweep::test

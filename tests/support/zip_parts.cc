// SPDX-License-Identifier: Apache-2.0
#include "support/zip_parts.h"

#include "support/archive_bytes.h"

namespace coldsweep::test {
namespace {

/// Version, flags, method, time, date, CRC-32, both sizes, lengths of name and extra field.
std::string common(const ZipPart& member) {
  return little_endian(20, 2) + little_endian(0, 4) + little_endian(0x5A210000, 4) +
         little_endian(crc32_of(member.content), 4) + little_endian(member.content.size(), 4) +
         little_endian(member.content.size(), 4) + little_endian(member.name.size(), 2) +
         little_endian(0, 2);
}

} // namespace

std::string zip_local(const ZipPart& member) {
  return "PK\3\4" + common(member) + member.name + member.content;
}

std::string zip_central(const ZipPart& member, std::size_t offset) {
  return "PK\1\2" + little_endian(20, 2) + common(member) + little_endian(0, 6) +
         little_endian(member.external_attributes, 4) + little_endian(offset, 4) + member.name;
}

std::string zip_end_record(std::size_t entries, std::size_t size, std::size_t offset) {
  return "PK\5\6" + little_endian(0, 4) + little_endian(entries, 2) + little_endian(entries, 2) +
         little_endian(size, 4) + little_endian(offset, 4) + little_endian(0, 2);
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

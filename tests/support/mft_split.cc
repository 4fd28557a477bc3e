// SPDX-License-Identifier: Apache-2.0
#include "support/mft_split.h"

#include "base/error.h"
#include "support/mft_patch.h"

#include <vector>

// Attribute headers and attribute list entries are laid out as in linux/fs/ntfs3/ntfs.h (ATTRIB,
// ATTR_LIST_ENTRY). Only the offsets are taken from there.
namespace coldsweep::test {
namespace {

constexpr u64 kRecord = 1024, kListEntry = 0x20;
constexpr u32 kStandardInformation = 0x10, kAttributeList = 0x20, kData = 0x80;
constexpr u16 kListId = 0x40, kPieceId = 1;

/// Undoes the update sequence: puts the words at the ends of the sectors back.
std::string unfixed(std::string record) {
  const u64 array = field<u16>(record, 4);
  for (u64 i = 1; i < field<u16>(record, 6); ++i)
    set_field(record, i * 512 - 2, field<u16>(record, array + i * 2), 2);
  return record;
}

std::string fixed(std::string record) {
  const u64 array = field<u16>(record, 4), number = field<u16>(record, array);
  for (u64 i = 1; i < field<u16>(record, 6); ++i) {
    set_field(record, array + i * 2, field<u16>(record, i * 512 - 2), 2);
    set_field(record, i * 512 - 2, number, 2);
  }
  return record;
}

std::vector<std::string> attributes_of(const std::string& record) {
  std::vector<std::string> attributes;
  u64 at = field<u16>(record, 0x14);
  while (field<u32>(record, at) != 0xFFFFFFFF) {
    const u64 length = field<u32>(record, at + 4);
    attributes.push_back(record.substr(at, length));
    at += length;
  }
  return attributes;
}

void set_attributes(std::string& record, const std::vector<std::string>& attributes) {
  std::string tail;
  for (const std::string& attribute : attributes) tail += attribute;
  tail += std::string("\xFF\xFF\xFF\xFF\0\0\0\0", 8);
  const u64 first = field<u16>(record, 0x14);
  if (first + tail.size() > kRecord) throw Error("the record has no room for its attributes");
  record.replace(first, kRecord - first, kRecord - first, '\0');
  record.replace(first, tail.size(), tail);
  set_field(record, 0x18, first + tail.size(), 4);
}

/// A piece of $DATA: `count` clusters from `cluster` on, which hold $MFT from `vcn` on.
std::string piece_of(const std::string& data, u64 vcn, u64 count, u64 cluster) {
  std::string piece = data.substr(0, 0x40);
  piece += std::string("\x48", 1) + std::string(13, '\0'); // 8 bytes of length, 4 of start
  set_field(piece, 0x41, count, 8);
  set_field(piece, 0x49, cluster, 4);
  piece.resize(0x50, '\0');
  set_field(piece, 0x04, piece.size(), 4);
  set_field(piece, 0x10, vcn, 8);
  set_field(piece, 0x18, vcn + count - 1, 8);
  set_field(piece, 0x20, 0x40, 2);
  if (vcn != 0) {
    set_field(piece, 0x0E, kPieceId, 2);
    piece.replace(0x28, 0x18, 0x18, '\0'); // only the first piece has sizes
  }
  return piece;
}

std::string list_entry(const std::string& attribute, u64 record, u64 sequence) {
  std::string entry(kListEntry, '\0');
  set_field(entry, 0x00, field<u32>(attribute, 0), 4);
  set_field(entry, 0x04, kListEntry, 2);
  set_field(entry, 0x07, 0x1A, 1);
  set_field(entry, 0x08, field<u8>(attribute, 8) != 0 ? field<u64>(attribute, 0x10) : 0, 8);
  set_field(entry, 0x10, record | sequence << 48, 8);
  set_field(entry, 0x18, field<u16>(attribute, 0x0E), 2);
  return entry;
}

std::string resident(u32 type, u16 id, const std::string& value) {
  std::string attribute(0x18, '\0');
  attribute += value;
  attribute.resize((attribute.size() + 7) / 8 * 8, '\0');
  set_field(attribute, 0x00, type, 4);
  set_field(attribute, 0x04, attribute.size(), 4);
  set_field(attribute, 0x0E, id, 2);
  set_field(attribute, 0x10, value.size(), 4);
  set_field(attribute, 0x14, 0x18, 2);
  return attribute;
}

std::string record_at(const std::string& volume, u64 number) {
  return unfixed(volume.substr(record_offset(volume, number), kRecord));
}

void write_zero(std::string& volume, const std::string& zero) {
  const u64 cluster = u64{field<u16>(volume, 0x0B)} * field<u8>(volume, 0x0D);
  const std::string bytes = fixed(zero);
  volume.replace(record_offset(volume, 0), kRecord, bytes);
  volume.replace(field<u64>(volume, 0x38) * cluster, kRecord, bytes);
}

} // namespace

void split_mft(std::string& volume, std::span<const u64> cuts) {
  std::string zero = record_at(volume, 0);
  std::vector<std::string> attributes = attributes_of(zero);
  std::size_t data_at = 0;
  while (field<u32>(attributes.at(data_at), 0) != kData) ++data_at;
  const std::string data = attributes[data_at];
  const u64 runs = field<u16>(data, 0x20);
  const u64 run_bytes = 1 + (field<u8>(data, runs) & 0xF) + (field<u8>(data, runs) >> 4);
  if (field<u8>(data, runs + run_bytes) != 0) throw Error("$MFT isn't in one run");
  const u64 start = field<u64>(volume, 0x30), end = field<u64>(data, 0x18) + 1;

  attributes[data_at] = piece_of(data, 0, cuts.front(), start);
  std::string list;
  for (std::size_t i = 0; i <= data_at; ++i) list += list_entry(attributes[i], 0, 1);
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    const u64 to = i + 1 < cuts.size() ? cuts[i + 1] : end, number = 12 + i;
    const std::string piece = piece_of(data, cuts[i], to - cuts[i], start + cuts[i]);
    std::string extension = record_at(volume, number);
    set_attributes(extension, {piece});
    set_field(extension, 0x16, 1, 2); // in use
    set_field(extension, 0x20, u64{1} << 48, 8);
    list += list_entry(piece, number, field<u16>(extension, 0x10));
    volume.replace(record_offset(volume, number), kRecord, fixed(extension));
  }
  for (std::size_t i = data_at + 1; i < attributes.size(); ++i)
    list += list_entry(attributes[i], 0, 1);
  if (field<u32>(attributes.front(), 0) != kStandardInformation)
    throw Error("record 0: $STANDARD_INFORMATION expected first");
  attributes.insert(attributes.begin() + 1, resident(kAttributeList, kListId, list));
  set_attributes(zero, attributes);
  write_zero(volume, zero);
}

void cut_mft_list(std::string& volume, u64 keep) {
  std::string zero = record_at(volume, 0);
  std::vector<std::string> attributes = attributes_of(zero);
  for (std::string& attribute : attributes)
    if (field<u32>(attribute, 0) == kAttributeList)
      attribute = resident(kAttributeList, kListId, attribute.substr(0x18, keep));
  set_attributes(zero, attributes);
  write_zero(volume, zero);
}

} // namespace coldsweep::test

// SPDX-License-Identifier: Apache-2.0
// Layouts: Linux-NTFS project, "NTFS Documentation"; offsets as in linux/fs/ntfs3/ntfs.h.
#include "support/tiny_ntfs.h"

#include "base/error.h"

namespace coldsweep::test {
namespace {

constexpr u64 kMftCluster = 4, kFirstAttribute = 0x38;
constexpr u64 kTime = 132'592'179'060'000'000;

void set(std::string& bytes, u64 at, u64 value, unsigned width) {
  for (unsigned i = 0; i < width; ++i)
    bytes.at(at + i) = static_cast<char>(i < 8 ? (value >> (8 * i)) & 0xFF : 0);
}

void pad(std::string& bytes) { bytes.resize((bytes.size() + 7) / 8 * 8, '\0'); }

std::string header(u32 type, u16 id, std::string_view name, u64 header_bytes) {
  std::string attribute(header_bytes, '\0');
  set(attribute, 0x00, type, 4);
  set(attribute, 0x09, name.size() / 2, 1);
  set(attribute, 0x0A, header_bytes, 2);
  set(attribute, 0x0E, id, 2);
  attribute += name;
  pad(attribute);
  return attribute;
}

} // namespace

std::string utf16_of(std::string_view ascii) {
  std::string units;
  for (const char c : ascii) units += {c, '\0'};
  return units;
}

std::string resident_attribute(u32 type, u16 id, std::string_view name, std::string_view value) {
  std::string attribute = header(type, id, name, 0x18);
  set(attribute, 0x10, value.size(), 4);
  set(attribute, 0x14, attribute.size(), 2);
  attribute += value;
  pad(attribute);
  set(attribute, 0x04, attribute.size(), 4);
  return attribute;
}

std::string run_list(const std::vector<TinyRun>& runs) {
  std::string list;
  i64 last = 0;
  for (const TinyRun& run : runs) {
    const bool hole = run.cluster < 0;
    std::string fields(hole ? 9 : 17, '\0');
    fields[0] = hole ? '\x08' : '\x88';
    set(fields, 1, run.length, 8);
    if (!hole) {
      set(fields, 9, static_cast<u64>(run.cluster - last), 8);
      last = run.cluster;
    }
    list += fields;
  }
  return list + '\0';
}

std::string stored_attribute(const StoredAttribute& attribute) {
  std::string bytes = header(attribute.type, attribute.id, attribute.name, 0x40);
  set(bytes, 0x08, 1, 1);
  set(bytes, 0x0C, attribute.flags, 2);
  set(bytes, 0x20, bytes.size(), 2);
  set(bytes, 0x22, attribute.compression_exponent, 2);
  set(bytes, 0x28, attribute.size, 8);
  set(bytes, 0x30, attribute.size, 8);
  set(bytes, 0x38, attribute.size, 8);
  bytes += attribute.runs;
  pad(bytes);
  set(bytes, 0x04, bytes.size(), 4);
  return bytes;
}

std::string file_name_attribute(u64 parent, std::string_view name) {
  std::string value(0x42, '\0');
  set(value, 0, parent | u64{1} << 48, 8);
  for (const u64 time : {8, 16, 24, 32}) set(value, time, kTime, 8);
  set(value, 0x40, name.size() / 2, 1);
  set(value, 0x41, 1, 1); // Win32
  return resident_attribute(0x30, 1, {}, value.append(name));
}

std::string list_entry(u32 type, u16 id, u64 record) {
  std::string entry(0x20, '\0');
  set(entry, 0x00, type, 4);
  set(entry, 0x04, entry.size(), 2);
  set(entry, 0x07, 0x1A, 1);
  set(entry, 0x10, record | u64{1} << 48, 8);
  set(entry, 0x18, id, 2);
  return entry;
}

TinyNtfs::TinyNtfs(Options options)
    : options_(options), bytes_(options.clusters * options.cluster, '\0') {
  bytes_.replace(3, 8, "NTFS    ");
  set(bytes_, 0x0B, 512, 2);
  const u64 sectors = options.cluster / 512;
  u64 exponent = 0;
  while (u64{1} << exponent < sectors) ++exponent;
  set(bytes_, 0x0D, sectors <= 0x80 ? sectors : 256 - exponent, 1);
  set(bytes_, 0x28, bytes_.size() / 512, 8);
  set(bytes_, 0x30, kMftCluster, 8);
  set(bytes_, 0x38, 2, 8);
  set(bytes_, 0x40, 0xF6, 1); // 2^10 bytes
  set(bytes_, 0x1FE, 0xAA55, 2);
  const u64 table = options.records * kTinyRecord;
  if ((free_cluster() - 1) * options.cluster > bytes_.size())
    throw Error("$MFT is larger than the volume");
  record(0, {stored_attribute({.runs = run_list({{free_cluster() - kMftCluster, i64{kMftCluster}}}),
                               .size = table})});
  record(5, {file_name_attribute(5, utf16_of("."))}, {.flags = kInUse | kFolder});
}

u64 TinyNtfs::free_cluster() const {
  const u64 table = options_.records * kTinyRecord;
  return kMftCluster + (table + options_.cluster - 1) / options_.cluster;
}

void TinyNtfs::record(u64 number, const std::vector<std::string>& attributes, const Kind& kind) {
  std::string bytes(kFirstAttribute, '\0');
  bytes.replace(0, 4, "FILE");
  set(bytes, 0x04, 0x30, 2);
  set(bytes, 0x06, 3, 2);
  set(bytes, 0x10, 1, 2);
  set(bytes, 0x14, kFirstAttribute, 2);
  set(bytes, 0x16, kind.flags, 2);
  set(bytes, 0x1C, kTinyRecord, 4);
  if (kind.base != 0) set(bytes, 0x20, kind.base | u64{1} << 48, 8);
  set(bytes, 0x2C, number, 4);
  for (const std::string& attribute : attributes) bytes += attribute;
  bytes += std::string("\xFF\xFF\xFF\xFF\0\0\0\0", 8);
  if (bytes.size() > kTinyRecord) throw Error("the record has no room for its attributes");
  set(bytes, 0x18, bytes.size(), 4);
  bytes.resize(kTinyRecord, '\0');
  set(bytes, 0x30, 1, 2); // the update sequence number
  for (const u64 sector : {1, 2}) {
    bytes.replace(0x30 + sector * 2, 2, bytes, sector * 512 - 2, 2);
    set(bytes, sector * 512 - 2, 1, 2);
  }
  bytes_.replace(kMftCluster * options_.cluster + number * kTinyRecord, kTinyRecord, bytes);
}

void TinyNtfs::put(u64 cluster, std::string_view bytes) {
  bytes_.replace(cluster * options_.cluster, bytes.size(), bytes);
}

} // namespace coldsweep::test

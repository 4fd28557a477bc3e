// SPDX-License-Identifier: Apache-2.0
// One MFT record: fixups, header, and a bounded walk over its attributes. Layout: Linux-NTFS
// project, "NTFS Documentation", FILE record and attribute header.
#pragma once

#include "base/types.h"

#include <optional>
#include <string>
#include <vector>

namespace coldsweep {

enum class AttributeType : u32 {
  standard_information = 0x10,
  attribute_list = 0x20,
  file_name = 0x30,
  volume_name = 0x60,
  data = 0x80,
  index_root = 0x90,
  index_allocation = 0xA0,
  bitmap = 0xB0,
  reparse_point = 0xC0,
  end = 0xFFFFFFFF,
};

/// Record and sequence number in one reference.
struct FileReference {
  u64 record = 0;
  u16 sequence = 0;
  static FileReference from(u64 raw) { return {raw & 0xFFFFFFFFFFFF, static_cast<u16>(raw >> 48)}; }
  bool operator==(const FileReference&) const = default;
};

/// An attribute as its record stores it. The views are valid as long as the record's bytes.
struct Attribute {
  u32 type = 0;
  u16 id = 0;
  u16 flags = 0;
  bool resident = false;
  ByteView name; ///< UTF-16LE
  // resident
  ByteView value;
  u32 value_offset = 0; ///< of `value` in the record
  // not resident
  ByteView runs;
  u64 first_vcn = 0;
  u64 size = 0, initialized = 0;
  u16 compression_exponent = 0; ///< a unit is 2^n clusters

  bool is(AttributeType wanted) const { return type == static_cast<u32>(wanted); }
  bool compressed() const { return (flags & 0x00FF) == 1; }
  bool encrypted() const { return (flags & 0x4000) != 0; }
};

struct MftRecord {
  u16 sequence = 0;
  bool in_use = false;
  bool directory = false;
  FileReference base; ///< all zero for a base record
  u16 fixup_offset = 0;
  u32 used = 0; ///< bytes of the record; slack follows
  std::vector<Attribute> attributes;
  /// What is wrong with it. What could be read is in `attributes` all the same.
  std::vector<std::string> problems;
};

/// Undoes the update sequence in place and parses. Absent for a record that was never used (no
/// signature at all). Throws FormatError if it is not a FILE record.
std::optional<MftRecord> parse_mft_record(MutableBytes bytes);

} // namespace coldsweep

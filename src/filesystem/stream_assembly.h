// SPDX-License-Identifier: Apache-2.0
// The attributes of one file, from its base record and extension records -> its streams. The
// attribute ids are those of The Sleuth Kit, so that `icat RECORD-128-ID` reads the same stream.
#pragma once

#include "filesystem/attribute_list.h"
#include "filesystem/mft.h"

#include <optional>
#include <string>
#include <vector>

namespace coldsweep {

/// An attribute, copied out of the record that holds it.
struct CopiedAttribute {
  u32 type = 0;
  u64 record = 0; ///< the record that holds it
  u16 id = 0;
  u16 fixup_offset = 0; ///< of that record
  bool resident = false, compressed = false, encrypted = false;
  std::string name;                       ///< UTF-16LE bytes
  u32 value_offset = 0, value_length = 0; ///< resident: in the record
  u64 size = 0, initialized = 0;
  u16 compression_exponent = 0;
  AttributeRuns run_list;
};

CopiedAttribute copy_attribute(const Attribute& attribute, u64 record, u16 fixup_offset);

/// A stream before it has a StreamRef.
struct FoundStream {
  u32 type = 0;
  u16 attribute = 0;
  std::string name;       ///< UTF-8
  std::string utf16_name; ///< UTF-16LE bytes
  u64 size = 0, initialized = 0;
  Encoding encoding = Encoding::plain;
  bool resident = false;
  bool system = false;      ///< kept by NTFS or Windows, see SystemStreams
  bool unlike_icat = false; ///< The Sleuth Kit reads the attribute list differently
  u32 compression_unit = 0; ///< bytes
  u64 stored_size = 0;      ///< see StreamRef, as for the next two
  std::optional<u16> stored_attribute;
  std::string why_unread;
  std::vector<Extent> extents;
  /// Stored extents that are allocated past `extents`. Their stream offsets start at 0.
  std::vector<Extent> behind;
  std::vector<std::string> problems;
};

/// Assembles the streams of the file whose base record is `base`. `list` is its attribute list, if
/// it has one.
std::vector<FoundStream> assemble_streams(u64 base, std::vector<CopiedAttribute> attributes,
                                          const AttributeList* list, u16 list_id, const Mft& mft,
                                          const NtfsGeometry& geometry);

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
#include "filesystem/system_streams.h"

#include "base/text.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kRootRecord = PathIndex::kRootRecord;
constexpr u64 kExtendRecord = 11;
constexpr u64 kLeastPageFile = 16_MiB; // Windows creates none that is smaller

constexpr std::array<std::string_view, 12> kOwnStreams{"",         "$SDS",    "$Bad", "$J",
                                                       "$Max",     "$Info",   "$Txf", "$Config",
                                                       "$Corrupt", "$Verify", "$T",   "$TXF_DATA"};
constexpr std::array<std::string_view, 5> kExtensions{"$ObjId", "$Quota", "$Reparse", "$UsnJrnl",
                                                      "$RmMetadata"};
constexpr std::array<std::string_view, 3> kMemoryFiles{"pagefile.sys", "hiberfil.sys",
                                                       "swapfile.sys"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& known, std::string_view name) {
  return std::find(known.begin(), known.end(), name) != known.end();
}

} // namespace

bool SystemStreams::is_system_file(u64 record, const std::vector<FileName>& names) const {
  if (record < PathIndex::kFirstUserRecord) return record != kRootRecord;
  return std::any_of(names.begin(), names.end(), [&](const FileName& name) {
    return (name.parent.record == kExtendRecord && is_one_of(kExtensions, name.name)) ||
           (transaction_folders_.contains(name.parent.record) && name.name.starts_with('$'));
  });
}

void SystemStreams::add_folder(u64 record, const std::vector<FileName>& names) {
  for (const FileName& name : names)
    if ((name.parent.record == kExtendRecord && name.name == "$RmMetadata") ||
        (transaction_folders_.contains(name.parent.record) && name.name.starts_with('$')))
      transaction_folders_.insert(record);
}

SystemStreams::File SystemStreams::of(u64 record, const std::vector<FileName>& names) const {
  return {is_system_file(record, names),
          std::any_of(names.begin(), names.end(), [](const FileName& name) {
            return name.parent.record == kRootRecord &&
                   is_one_of(kMemoryFiles, ascii_lower(name.name));
          })};
}

bool SystemStreams::File::holds(std::string_view stream, u64 size) const {
  if (system) return is_one_of(kOwnStreams, stream);
  return memory && stream.empty() && size >= kLeastPageFile;
}

std::string attribute_name(u32 type) {
  switch (type) {
  case 0x10: return "$STANDARD_INFORMATION";
  case 0x20: return "$ATTRIBUTE_LIST";
  case 0x30: return "$FILE_NAME";
  case 0x40: return "$OBJECT_ID";
  case 0x50: return "$SECURITY_DESCRIPTOR";
  case 0x60: return "$VOLUME_NAME";
  case 0x70: return "$VOLUME_INFORMATION";
  case 0x80: return "$DATA";
  case 0x90: return "$INDEX_ROOT";
  case 0xA0: return "$INDEX_ALLOCATION";
  case 0xB0: return "$BITMAP";
  case 0xC0: return "$REPARSE_POINT";
  case 0xD0: return "$EA_INFORMATION";
  case 0xE0: return "$EA";
  case 0xF0: return "$PROPERTY_SET";
  case 0x100: return "$LOGGED_UTILITY_STREAM";
  default: return fmt::format("0x{:x}", type);
  }
}

} // namespace coldsweep

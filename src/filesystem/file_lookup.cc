// SPDX-License-Identifier: Apache-2.0
#include "filesystem/file_lookup.h"

#include "base/endian.h"
#include "filesystem/placeholders.h"
#include "filesystem/wof_storage.h"

#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

Scope every_attribute() {
  Scope scope;
  scope.system = true;
  return scope;
}

/// An MFT record that has a place and a signature, as it is stored.
std::optional<std::vector<std::byte>> stored_record(const NtfsVolume& volume, u64 number) {
  if (number >= volume.mft.record_count() && !volume.mft.is_recovered(number)) return std::nullopt;
  std::vector<std::byte> bytes(volume.geometry.record_size);
  const std::vector<Extent> place = volume.mft.place(number, 0, bytes.size());
  const bool read = read_extents(*volume.source, place, 0, bytes).empty();
  return read && has_at(bytes, 0, "FILE") ? std::optional(std::move(bytes)) : std::nullopt;
}

} // namespace

FileLookup::FileLookup(const NtfsVolume& volume)
    : volume_(volume), allowance_(stored_size(*volume.source)) {}

LookedUpFile FileLookup::find(u64 number) {
  std::vector<std::byte> bytes = volume_.mft.read(number);
  const std::optional<MftRecord> base = parse_mft_record(bytes);
  if (!base || (base->base != FileReference{} && base->base.record != number))
    throw FormatError(fmt::format("MFT record {} is not the base record of a file", number));

  LookedUpFile found;
  found.sequence = base->sequence;
  const auto take = [&](FileRecord& file) {
    const auto assemble = [&](std::vector<CopiedAttribute>& attributes) {
      return assemble_streams(file.record, std::move(attributes), file.list ? &*file.list : nullptr,
                              file.list_id, volume_.mft, volume_.geometry);
    };
    RecordAttributes& of = file.attributes;
    found.data = assemble(of.data);
    found.others = assemble(of.others);
    if (of.wof)
      store_in_wof(*of.wof, found.data);
    else if (of.reparse_tag)
      mark_placeholder(*of.reparse_tag, found.data);
  };
  FileRecords records(volume_, every_attribute(), allowance_, take,
                      [&](u64, const std::string&) { found.in_part = true; });
  FileRecord file = records.read_base(number, *base);
  if (file.stored_list) {
    // The extension records of a deleted file may not be in its list any more.
    found.in_part = !file.in_use || !add_listed(file, records);
  }
  records.add_base(std::move(file));
  records.finish([](u64, const std::function<void()>& work) { work(); });
  return found;
}

/// Adds the extension records that the attribute list names. False if one can't be had.
bool FileLookup::add_listed(const FileRecord& file, FileRecords& records) {
  const std::optional<std::vector<std::byte>> list =
      file.stored_list->read(*volume_.source, volume_.geometry, allowance_);
  if (!list) return false;
  std::set<u64> seen{file.record};
  for (const AttributeListEntry& entry : parse_attribute_list(*list).entries) {
    const u64 number = entry.where.record;
    if (!seen.insert(number).second) continue;
    if (!allowance_.take(volume_.geometry.record_size)) return false;
    std::optional<std::vector<std::byte>> bytes = stored_record(volume_, number);
    if (!bytes) return false;
    const std::optional<MftRecord> extension = parse_mft_record(*bytes);
    if (!extension || extension->base.record != file.record) return false;
    records.add_extension(number, *extension);
  }
  return true;
}

} // namespace coldsweep

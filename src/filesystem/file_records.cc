// SPDX-License-Identifier: Apache-2.0
#include "filesystem/file_records.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

/// A list of 256 KiB can name thousands of records that don't exist.
constexpr std::size_t kMostReported = 16;

} // namespace

FileRecord FileRecords::read_base(u64 number, const MftRecord& base) const {
  FileRecord file;
  file.record = number;
  file.sequence = base.sequence;
  file.in_use = base.in_use;
  file.directory = base.directory;
  for (const Attribute& a : base.attributes) {
    file.attributes.add(a, number, base.fixup_offset, volume_, scope_);
    if (!a.is(AttributeType::attribute_list)) continue;
    file.stored_list.emplace(a, kMostAttributeListBytes);
    file.list_id = a.id;
  }
  return file;
}

void FileRecords::add_base(FileRecord&& file) {
  if (file.stored_list)
    pending_.push_back(std::move(file));
  else
    use_(file);
}

void FileRecords::add_extension(u64 number, const MftRecord& record) {
  Extension extension{number, record.base, record.in_use, false, {}};
  for (const Attribute& a : record.attributes)
    extension.attributes.add(a, number, record.fixup_offset, volume_, scope_);
  extensions_.push_back(std::move(extension));
}

void FileRecords::finish(const Guard& guard) {
  // Those of one file in reverse: the order of a file's names, and so its first path, depends on
  // it.
  std::reverse(extensions_.begin(), extensions_.end());
  std::stable_sort(
      extensions_.begin(), extensions_.end(),
      [](const Extension& a, const Extension& b) { return a.base.record < b.base.record; });
  for (FileRecord& file : pending_) {
    guard(file.record, [&] {
      read_list(file);
      add_extensions(file);
      use_(file);
    });
    file = {}; // thousands may have a long list
  }
  for (const Extension& extension : extensions_) {
    if (!extension.taken && extension.in_use && !extension.attributes.data.empty())
      report_(extension.record,
              fmt::format("MFT record {} says it extends record {}, whose attribute list doesn't "
                          "name it; its data is in no stream",
                          extension.record, extension.base.record));
  }
}

void FileRecords::read_list(FileRecord& file) {
  const std::optional<std::vector<std::byte>> bytes =
      file.stored_list->read(*volume_.source, volume_.geometry, allowance_);
  file.list = bytes ? parse_attribute_list(*bytes) : AttributeList{};
  if (!bytes)
    file.list->problem = "attribute list: not read, other records claim the same clusters";
}

/// The list may not be readable to its end, or its clusters may belong to another file since this
/// one was deleted. That must not hide what the records themselves say.
void FileRecords::add_extensions(FileRecord& file) {
  const AttributeList& list = *file.list;
  if (!list.problem.empty())
    report_(file.record, fmt::format("MFT record {}: {}", file.record, list.problem));
  std::set<u64> wanted;
  for (const AttributeListEntry& entry : list.entries)
    if (entry.where.record != file.record) wanted.insert(entry.where.record);

  auto extension =
      std::partition_point(extensions_.begin(), extensions_.end(),
                           [&](const Extension& each) { return each.base.record < file.record; });
  for (; extension != extensions_.end() && extension->base.record == file.record; ++extension) {
    const bool listed =
        wanted.erase(extension->record) > 0 || !list.problem.empty() || !file.in_use;
    if (extension->taken || !listed || !belongs(*extension, file)) continue;
    file.attributes.take(std::move(extension->attributes));
    extension->taken = true;
  }
  if (!file.in_use) return;
  std::size_t reported = 0;
  for (const u64 record : wanted) {
    if (++reported > kMostReported) break;
    report_(
        file.record,
        fmt::format("MFT record {}: its attribute list names record {}, which does not extend it",
                    file.record, record));
  }
  if (wanted.size() > kMostReported)
    report_(file.record, fmt::format("MFT record {}: its attribute list names {} more records that "
                                     "do not extend it",
                                     file.record, wanted.size() - kMostReported));
}

bool FileRecords::belongs(const Extension& extension, const FileRecord& file) {
  // Deleting a file raises the sequence number of its base record, but not in the references to it.
  return extension.base.sequence == file.sequence ||
         (!file.in_use && extension.base.sequence == static_cast<u16>(file.sequence - 1));
}

} // namespace coldsweep

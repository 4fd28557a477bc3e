// SPDX-License-Identifier: Apache-2.0
#include "filesystem/file_records.h"

#include <set>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {

FileRecord FileRecords::read_base(u64 number, const MftRecord& base) const {
  FileRecord file;
  file.record = number;
  file.sequence = base.sequence;
  file.in_use = base.in_use;
  file.directory = base.directory;
  for (const Attribute& a : base.attributes) {
    file.attributes.add(a, number, base.fixup_offset, volume_, scope_);
    if (!a.is(AttributeType::attribute_list)) continue;
    file.list = parse_attribute_list(
        read_attribute(*volume_.source, volume_.geometry, a, kMostAttributeListBytes));
    file.list_id = a.id;
  }
  return file;
}

void FileRecords::add_base(FileRecord&& file) {
  if (file.list)
    pending_.push_back(std::move(file));
  else
    use_(file);
}

void FileRecords::add_extension(u64 number, const MftRecord& record) {
  Extension extension{number, record.base, record.in_use, {}};
  for (const Attribute& a : record.attributes)
    extension.attributes.add(a, number, record.fixup_offset, volume_, scope_);
  extensions_.emplace(record.base.record, std::move(extension));
}

void FileRecords::finish() {
  for (FileRecord& file : pending_) {
    add_extensions(file);
    use_(file);
  }
  for (const auto& [base, extension] : extensions_) {
    if (extension.in_use && !extension.attributes.data.empty())
      report_(extension.record,
              fmt::format("MFT record {} says it extends record {}, whose attribute list doesn't "
                          "name it; its data is in no stream",
                          extension.record, base));
  }
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

  auto [begin, end] = extensions_.equal_range(file.record);
  for (auto at = begin; at != end;) {
    Extension& extension = at->second;
    const bool listed = wanted.erase(extension.record) > 0 || !list.problem.empty() || !file.in_use;
    if (!listed || !belongs(extension, file)) {
      ++at;
      continue;
    }
    file.attributes.take(std::move(extension.attributes));
    at = extensions_.erase(at);
  }
  if (file.in_use)
    for (const u64 record : wanted)
      report_(
          file.record,
          fmt::format("MFT record {}: its attribute list names record {}, which does not extend it",
                      file.record, record));
}

bool FileRecords::belongs(const Extension& extension, const FileRecord& file) {
  // Deleting a file raises the sequence number of its base record, but not in the references to it.
  return extension.base.sequence == file.sequence ||
         (!file.in_use && extension.base.sequence == static_cast<u16>(file.sequence - 1));
}

} // namespace coldsweep

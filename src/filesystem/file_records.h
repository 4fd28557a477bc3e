// SPDX-License-Identifier: Apache-2.0
// MFT records in the order of the walk -> files: a base record together with its extension records.
// Used by one thread.
#pragma once

#include "filesystem/attribute_list.h"
#include "filesystem/record_attributes.h"

#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace coldsweep {

/// What the records of a file hold.
struct FileRecord {
  u64 record = 0; ///< number of the base record
  u16 sequence = 0;
  bool in_use = false, directory = false;
  RecordAttributes attributes;
  std::optional<AttributeList> list;
  u16 list_id = 0; ///< of the attribute list
};

class FileRecords {
public:
  /// Gets each file once all of its records are known.
  using Use = std::function<void(FileRecord& file)>;
  using ReportDamage = std::function<void(u64 record, std::string what)>;

  FileRecords(const NtfsVolume& volume, const Scope& scope, Use use, ReportDamage report)
      : volume_(volume), scope_(scope), use_(std::move(use)), report_(std::move(report)) {}

  /// Copies what a base record holds, for add_base().
  FileRecord read_base(u64 number, const MftRecord& base) const;
  /// A file without an attribute list has no extension records and is handed on at once.
  void add_base(FileRecord&& file);
  void add_extension(u64 number, const MftRecord& record);
  /// After the last record: hands on the files that have an attribute list.
  void finish();

private:
  struct Extension {
    u64 record = 0;
    FileReference base;
    bool in_use = false;
    RecordAttributes attributes;
  };
  void add_extensions(FileRecord& file);
  static bool belongs(const Extension& extension, const FileRecord& file);

  const NtfsVolume& volume_;
  Scope scope_;
  Use use_;
  ReportDamage report_;
  std::vector<FileRecord> pending_;
  std::unordered_multimap<u64, Extension> extensions_; ///< by the record they extend
};

} // namespace coldsweep

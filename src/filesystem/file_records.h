// SPDX-License-Identifier: Apache-2.0
// MFT records in the order of the walk -> files: a base record together with its extension records.
// Time and memory are proportional to the records, whatever they refer to. Used by one thread.
#pragma once

#include "filesystem/attribute_list.h"
#include "filesystem/kept_value.h"
#include "filesystem/record_attributes.h"

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace coldsweep {

/// What the records of a file hold.
struct FileRecord {
  u64 record = 0; ///< number of the base record
  u16 sequence = 0;
  bool in_use = false, directory = false;
  RecordAttributes attributes;
  std::optional<KeptValue> stored_list;
  std::optional<AttributeList> list; ///< read from it when the file is handed on
  u16 list_id = 0;                   ///< of the attribute list
};

class FileRecords {
public:
  /// Gets each file once all of its records are known.
  using Use = std::function<void(FileRecord& file)>;
  using ReportDamage = std::function<void(u64 record, std::string what)>;
  /// Does the work on one file. Decides what becomes of an exception.
  using Guard = std::function<void(u64 record, const std::function<void()>& work)>;

  /// `allowance` is used up by attribute lists that aren't resident.
  FileRecords(const NtfsVolume& volume, const Scope& scope, ReadAllowance& allowance, Use use,
              ReportDamage report)
      : volume_(volume), scope_(scope), allowance_(allowance), use_(std::move(use)),
        report_(std::move(report)) {}

  /// Copies what a base record holds, for add_base().
  FileRecord read_base(u64 number, const MftRecord& base) const;
  /// A file without an attribute list has no extension records and is handed on at once.
  void add_base(FileRecord&& file);
  void add_extension(u64 number, const MftRecord& record);
  /// After the last record: hands on the files that have an attribute list.
  void finish(const Guard& guard);

private:
  struct Extension {
    u64 record = 0;
    FileReference base;
    bool in_use = false;
    bool taken = false; ///< by its file
    RecordAttributes attributes;
  };
  void read_list(FileRecord& file);
  void add_extensions(FileRecord& file);
  static bool belongs(const Extension& extension, const FileRecord& file);

  const NtfsVolume& volume_;
  Scope scope_;
  ReadAllowance& allowance_;
  Use use_;
  ReportDamage report_;
  std::vector<FileRecord> pending_;
  std::vector<Extension> extensions_;
};

} // namespace coldsweep

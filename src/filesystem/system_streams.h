// SPDX-License-Identifier: Apache-2.0
// Which streams NTFS or Windows itself maintains. They hold copies of other content ($LogFile,
// $MFT, the page file), and are swept only with `--scope system`. They are recognised by place and
// name together, so that a user can't create one.
#pragma once

#include "filesystem/path_index.h"

#include <set>
#include <string_view>

namespace coldsweep {

class SystemStreams {
public:
  /// Files come in the order of their records, so that a folder comes before what NTFS created in
  /// it.
  void add_folder(u64 record, const std::vector<FileName>& names);

  /// What one file's place and names say. A file may have thousands of streams and names, so the
  /// names are looked at once.
  struct File {
    bool system = false; ///< NTFS's own
    bool memory = false; ///< named as a page file is
    bool holds(std::string_view stream, u64 size) const;
  };
  File of(u64 record, const std::vector<FileName>& names) const;

private:
  bool is_system_file(u64 record, const std::vector<FileName>& names) const;
  std::set<u64> transaction_folders_; ///< $Extend/$RmMetadata and folders in it
};

/// NTFS's name for an attribute type, such as `$EA`; `0x...` for an unknown type.
std::string attribute_name(u32 type);

} // namespace coldsweep

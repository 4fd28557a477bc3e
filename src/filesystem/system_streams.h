// SPDX-License-Identifier: Apache-2.0
// Which streams are kept by NTFS or Windows itself: they hold copies of other content ($LogFile, $MFT, the page file), and
// are swept with `--scope system` only. Known by place and name both, so that nothing a user could make is one.
#pragma once

#include "filesystem/path_index.h"

#include <set>
#include <string_view>

namespace coldsweep {

class SystemStreams {
public:
  /// Files are shown in the order of their records, so that folders come before what NTFS made in them.
  void add_folder(u64 record, const std::vector<FileName>& names);
  bool holds(u64 record, const std::vector<FileName>& names, std::string_view stream,
             u64 size) const;

private:
  bool is_system_file(u64 record, const std::vector<FileName>& names) const;
  std::set<u64> transaction_folders_; ///< $Extend/$RmMetadata and folders in it
};

/// What NTFS calls an attribute of that type, `$EA`; `0x...` where it is none of NTFS's own.
std::string attribute_name(u32 type);

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
// An NTFS volume -> every $DATA stream of every MFT record, in disk order, and the records with an odd name; and what is
// to be said of each. Made by one thread; then immutable, and read by any.
#pragma once

#include "base/large_pages.h"
#include "filesystem/cluster_bitmap.h"
#include "filesystem/ntfs_volume.h"
#include "filesystem/path_index.h"
#include "filesystem/stream_store.h"
#include "model/options.h"
#include "model/outcome.h"
#include "model/space.h"

#include <set>
#include <unordered_map>
#include <vector>

namespace coldsweep {

/// What a finding says of the file, beside its content.
struct StreamDescription {
  std::string path;               ///< of the first name
  std::vector<std::string> links; ///< the other names', sorted
  std::optional<Times> si, fn;
  std::optional<std::string> owner_sid;
  std::optional<std::string> short_name; ///< of the DOS namespace
  std::string_view path_source;          ///< of `path`, see PathAndTimes
};

class NtfsPlan {
public:
  /// Walks the MFT. Records that can't be read or parsed become issues, and the walk goes on. Throws nothing for
  /// damage within the MFT. `ahead`: a second thread reads and parses the records that come next.
  static NtfsPlan make(const NtfsVolume& volume, u32 volume_id, const Scope& scope,
                       bool ahead = false);

  /// Of bytes of the media that are in no volume: one stream of kind `gap`. `offset` is where they stand in the media.
  static NtfsPlan of_gap(const ByteSource& gap, u32 volume_id, u64 offset);

  /// By the place of the first stored byte, so that a spinning disk or an E01 is read forwards; what has none comes last. Of
  /// kind `name` there is one for each file or folder that suspicious_name() finds something about: its extents are the MFT record.
  std::span<const StreamRef> streams() const { return streams_.streams(); }
  /// Of the plan as a whole and of streams that are damaged; by record.
  const std::vector<Issue>& issues() const { return issues_; }

  StreamDescription describe(const StreamRef& stream) const;
  /// The first path alone, for messages.
  std::string path(u64 record) const;
  /// Whether the volume looks like one that Windows is installed on.
  bool holds_windows() const { return paths_.root_holds("windows"); }

  /// Of a deleted stream, how many of its clusters are in use now; absent where it had none.
  std::optional<Overwritten> overwritten(const StreamRef& stream) const;

  /// The bytes of the volume that are no stream's of the plan: with what each stream `owned`, all there are.
  const SpaceAccount& rest() const { return rest_; }

  /// Every path of a file or folder of that name, in lower case; deleted ones too.
  std::vector<std::string> paths_named(std::string_view lower_case_name) const {
    return paths_.paths_named(lower_case_name);
  }

private:
  friend class PlanBuilder;
  struct File {
    u64 record = 0;
    Times si;
    bool has_si = false;
    u32 security_id = 0;
    const std::string* own_owner = nullptr; ///< by its own descriptor, where it has one
  };
  const File* file(u64 record) const;

  PathIndex paths_;
  ClusterBitmap bitmap_;
  u32 cluster_size_ = 0;
  SpaceAccount rest_;
  LargeVector<File> files_; ///< by record
  std::unordered_map<u32, std::string> owners_;
  std::set<std::string> own_owners_; ///< of records that have their descriptor
  StreamStore streams_;
  std::vector<Issue> issues_;
};

} // namespace coldsweep

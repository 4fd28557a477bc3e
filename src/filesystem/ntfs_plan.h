// SPDX-License-Identifier: Apache-2.0
// An NTFS volume -> every $DATA stream of every MFT record in disk order, the records with a
// suspicious name, and what findings say about each. Built by one thread; then immutable, and read
// by any.
#pragma once

#include "base/large_pages.h"
#include "base/stop.h"
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

/// What a finding says about the file, apart from its content.
struct StreamDescription {
  std::string path;               ///< of the first name
  std::vector<std::string> links; ///< of the other names, sorted
  std::optional<Times> si, fn;
  std::optional<std::string> owner_sid;
  std::optional<std::string> short_name; ///< of the DOS namespace
  std::string_view path_source;          ///< of `path`, see PathAndTimes
};

/// How a plan is made, which doesn't change it.
struct Planning {
  bool ahead = false;             ///< a second thread reads and parses the next records
  const StopFlag* stop = nullptr; ///< null: none
};

class NtfsPlan {
public:
  /// Walks the MFT. Records that can't be read or parsed become issues, and the walk goes on. Never
  /// throws for damage within the MFT. Throws Stopped once the stop flag is set.
  static NtfsPlan make(const NtfsVolume& volume, u32 volume_id, const Scope& scope,
                       const Planning& how = {});

  /// For bytes of the media that are in no volume: one stream of kind `gap`, if unallocated space
  /// is in scope. `offset` is their place in the media.
  static NtfsPlan of_gap(const ByteSource& gap, u32 volume_id, u64 offset, const Scope& scope);

  /// Ordered by the first stored byte, so that a spinning disk or an E01 is read forwards; streams
  /// without one come last. Each file or folder with a suspicious_name() has a stream of kind
  /// `name`, whose extents are the MFT record.
  std::span<const StreamRef> streams() const { return streams_.streams(); }
  /// Problems of the plan as a whole and of damaged streams, by record.
  const std::vector<Issue>& issues() const { return issues_; }

  StreamDescription describe(const StreamRef& stream) const;
  /// Only the first path, for messages.
  std::string path(u64 record) const;
  /// Whether the volume looks as if Windows is installed on it.
  bool holds_windows() const { return paths_.root_holds("windows"); }

  /// How many clusters of a deleted stream are in use now. Absent if it had none, or if some of
  /// $Bitmap is unknown.
  std::optional<Overwritten> overwritten(const StreamRef& stream) const;

  /// The bytes of the volume that belong to no stream of the plan. Together with what each stream
  /// `owned`, they are the whole volume.
  const SpaceAccount& rest() const { return rest_; }

  /// See PathIndex::paths_ending(). Deleted files and folders count, too.
  PathIndex::FoundPaths paths_ending(std::string_view lower_case_folder,
                                     std::string_view lower_case_name, std::size_t most) const {
    return paths_.paths_ending(lower_case_folder, lower_case_name, most);
  }

private:
  friend class PlanBuilder;
  struct File {
    u64 record = 0;
    Times si;
    bool has_si = false;
    u32 security_id = 0;
    const std::string* own_owner = nullptr; ///< from its own descriptor, if it has one
  };
  const File* file(u64 record) const;

  PathIndex paths_;
  ClusterBitmap bitmap_;
  u32 cluster_size_ = 0;
  SpaceAccount rest_;
  LargeVector<File> files_; ///< by record
  std::unordered_map<u32, std::string> owners_;
  std::set<std::string> own_owners_; ///< of records that hold their own descriptor
  StreamStore streams_;
  std::vector<Issue> issues_;
};

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
// The bytes of a volume apart from the content of its files: slack, clusters that are unallocated
// or belong to nothing known, and the volume's tail. In scope, they become streams of the plan;
// otherwise they are only counted. Used by one thread.
#pragma once

#include "filesystem/index_blocks.h"
#include "filesystem/ntfs_volume.h"
#include "filesystem/space_claims.h"
#include "filesystem/stream_assembly.h"
#include "model/options.h"
#include "model/space.h"

#include <functional>
#include <string>

namespace coldsweep {

class SpacePlanner {
public:
  /// Keeps a stream with these extents in the plan. Returns its number there.
  using Keep = std::function<u32(StreamRef stream, std::vector<Extent>&& extents)>;

  SpacePlanner(const NtfsVolume& volume, const Scope& scope, Keep keep);

  /// Reserves room for `records`, each with its slack and a stream; more may be added.
  void reserve(u64 records) { claims_.reserve(2 * records); }

  /// An MFT record as the walk found it. Takes its `unused` extents.
  void add_record(Mft::Walked& walked);
  /// A stream of a file that is in the plan.
  void add_planned(const StreamRef& stream, u32 number);
  /// A stream that is not planned, of a file in use: `what` is not in scope.
  void add_unplanned(const FoundStream& stream, const std::string& what);
  /// A stream of a file in use that is past a limit.
  void leave_out(const FoundStream& stream);
  /// What follows a stream in use. `of` identifies the stream.
  void add_behind(const StreamRef& of, const FoundStream& stream);
  /// What follows a stream in use that is past a limit.
  void leave_behind(const FoundStream& stream);
  /// Clusters of the file system's own attributes, and of others that are not searched.
  void add_metadata(const FoundStream& attribute);
  /// The slack of an index in use, which is metadata otherwise. `bitmap` says which of its blocks
  /// are in use.
  void add_index(const StreamRef& of, const FoundStream& index, ByteView bitmap, u32 block_size);

  /// Names found in index slack so far. Their number is bounded.
  std::vector<LostName> take_lost_names() { return std::move(lost_names_); }

  /// Once all files are known: unallocated clusters, those in use by nothing known, and what
  /// follows the last cluster.
  void add_rest(const ClusterBitmap& bitmap, u32 volume_id);

  /// How many bytes each stream of the plan owns, by its number, and the account of all others.
  struct Settled {
    std::vector<u64> owned;
    SpaceAccount rest;
  };
  Settled settle(u32 streams);

private:
  u32 owner_for(const std::string& reason);
  u32 out_of_scope(const std::string& what) { return owner_for(what + "_not_in_scope"); }
  u32 slack_out_of_scope();
  void claim(SpaceClaims::Rank rank, std::span<const Extent> extents, u64 end, u32 owner);
  void keep_raw(StreamRef stream, std::vector<Extent>&& extents, SpaceClaims::Rank rank);
  void add_clusters(const std::vector<ClusterRun>& runs, StreamKind kind, u32 volume_id);
  void add_tail(u32 volume_id);

  const NtfsVolume& volume_;
  Scope scope_;
  Keep keep_;
  SpaceClaims claims_;
  u64 present_; ///< bytes of the volume that the evidence holds
  std::vector<std::string> reasons_;
  u32 slack_reason_ = 0; ///< 0: none yet
  std::vector<LostName> lost_names_;
};

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
// What lies on a volume beside the content of its files: slack, clusters in no use or of nobody, the volume's tail. It
// becomes streams of a plan where it is in scope, and part of the account where it is not. Used by one thread.
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
  /// Keeps a stream with these extents in the plan, and gives back its number there.
  using Keep = std::function<u32(StreamRef stream, std::vector<Extent>&& extents)>;

  SpacePlanner(const NtfsVolume& volume, const Scope& scope, Keep keep);

  /// Room for so many records; more may be added.
  void reserve(u64 records) { claims_.reserve(2 * records); } // slack of the record, and a stream

  /// An MFT record as the walk found it; what is unused of it is taken.
  void add_record(Mft::Walked& walked);
  /// A stream of a file that is in the plan.
  void add_planned(const StreamRef& stream, u32 number);
  /// One that isn't, of a file in use. `what` is not in scope.
  void add_unplanned(const FoundStream& stream, const std::string& what);
  /// What follows a stream in use: `of` names it.
  void add_behind(const StreamRef& of, const FoundStream& stream);
  /// Clusters of the file system's own attributes, and of whatever else isn't searched.
  void add_metadata(const FoundStream& attribute);
  /// An index in use. `bitmap` says which of its blocks are.
  void add_index(const StreamRef& of, const FoundStream& index, ByteView bitmap, u32 block_size);

  /// Names in the slack of the indexes so far; no more than can be of use.
  std::vector<LostName> take_lost_names() { return std::move(lost_names_); }

  /// When all files are known: clusters in no use, those of nobody, and what follows the last.
  void add_rest(const ClusterBitmap& bitmap, u32 volume_id);

  /// What each stream of the plan owns, by its number; and the account of all bytes of no stream.
  struct Settled {
    std::vector<u64> owned;
    SpaceAccount rest;
  };
  Settled settle(u32 streams);

private:
  u32 out_of_scope(const std::string& what);
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
  u32 slack_reason_ = 0; ///< 0: not met yet
  std::vector<LostName> lost_names_;
};

} // namespace coldsweep

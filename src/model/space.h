// SPDX-License-Identifier: Apache-2.0
// Every byte of a volume, counted once, by what happened to it: the answer to "what was not
// scanned?".
#pragma once

#include "model/stream.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace coldsweep {

/// The bytes that one stream owns on the volume.
struct SpaceShare {
  u64 owned = 0;
  u64 skipped = 0, unreadable = 0; ///< of `owned`; the rest was scanned
  bool operator==(const SpaceShare&) const = default;
};

/// `size` is the sum of the others. Counted in bytes, not clusters: half of a cluster may be
/// content, the other half slack.
struct SpaceAccount {
  u64 size = 0;        ///< of the volume
  u64 streams = 0;     ///< scanned as content of streams, decompressed where compressed
  u64 slack = 0;       ///< scanned as slack
  u64 unallocated = 0; ///< scanned as space of no known owner
  u64 metadata = 0;    ///< the file system's own: read to make the plan, not scanned
  u64 skipped = 0, unreadable = 0;
  std::map<std::string, u64> skipped_by; ///< reason -> bytes; adds up to `skipped`

  void skip(const std::string& reason, u64 bytes);
  /// Adds the share of a stream of that kind. `reason` is that of its skipped bytes.
  void add(StreamKind kind, const SpaceShare& share, const std::string& reason);
  /// The entries that are not zero, in words: `scanned as streams`, `slack not in scope`, ...
  std::vector<std::pair<std::string, u64>> parts() const;
  SpaceAccount& operator+=(const SpaceAccount& other);
  bool balanced() const;
  bool operator==(const SpaceAccount&) const = default;
};

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
// Every byte of a volume, counted once, by what became of it: the answer to "what was not looked at?".
#pragma once

#include "model/stream.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace coldsweep {

/// Of the bytes that one stream owns on the volume.
struct SpaceShare {
  u64 owned = 0;
  u64 skipped = 0, unreadable = 0; ///< of `owned`; the rest was scanned
  bool operator==(const SpaceShare&) const = default;
};

/// `size` is the sum of the others. Bytes, not clusters: a cluster may be half a file's and half its slack.
struct SpaceAccount {
  u64 size = 0;        ///< of the volume
  u64 streams = 0;     ///< scanned as content of a stream: compressed ones, as what they hold
  u64 slack = 0;       ///< scanned as slack
  u64 unallocated = 0; ///< scanned as bytes of nothing that is known
  u64 metadata = 0;    ///< of the file system itself: read to make the plan, not searched
  u64 skipped = 0, unreadable = 0;
  std::map<std::string, u64> skipped_by; ///< reason -> bytes; adds up to `skipped`

  void skip(const std::string& reason, u64 bytes);
  /// What became of a stream of that kind. `reason` is for its skipped bytes.
  void add(StreamKind kind, const SpaceShare& share, const std::string& reason);
  /// What there is any of, in words, and how much: `scanned as streams`, `slack not in scope`, ...
  std::vector<std::pair<std::string, u64>> parts() const;
  SpaceAccount& operator+=(const SpaceAccount& other);
  bool balanced() const;
  bool operator==(const SpaceAccount&) const = default;
};

} // namespace coldsweep

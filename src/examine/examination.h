// SPDX-License-Identifier: Apache-2.0
// What is known of one stream while it is examined. Used by one thread. Private to examine/.
#pragma once

#include "content/stream_content.h"
#include "examine/examine.h"
#include "examine/externals.h"

#include <set>

namespace coldsweep {

struct Examination {
  const SweptVolume& volume;
  const StreamRef& stream;
  std::optional<StreamDescription> description; ///< made when first needed
  std::vector<Externals> externals;             ///< of each of its names
  Outcome outcome;
  std::vector<Finding> complete; ///< of carved pieces and members, that were judged on their own
  std::set<std::string> truncated;
  bool raw = false; ///< the bytes are no file's content: size and place mean nothing to a rule
  u64 unreadable_on_volume = 0;
  Hashes hashes; ///< those that were computed, of the whole content
  std::optional<HashSetHit> known;

  Examination(const SweptVolume& v, const StreamRef& s) : volume(v), stream(s) {}

  const StreamDescription& described();
  /// What all findings of the stream say.
  Finding frame();
  void add_issue(IssueKind kind, const char* stage, std::string message, u64 bytes);
  /// Where a match, by its offset in the stream, stands in the media; nowhere where it touches what couldn't be read.
  void place(const LoadedWindow& loaded, Match& match) const;

private:
  std::optional<Finding> frame_;
};

} // namespace coldsweep

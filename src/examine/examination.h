// SPDX-License-Identifier: Apache-2.0
// What is known about a stream while it is examined. Used by one thread. Private to examine/.
#pragma once

#include "base/deadline.h"
#include "content/stream_content.h"
#include "examine/names_scan.h"
#include "examine/swept_volume.h"

#include <set>

namespace coldsweep {

struct ContentTools;
struct FoundContent;

struct Examination {
  const SweptVolume& volume;
  const StreamRef& stream;
  std::optional<StreamDescription> description; ///< made when first needed
  std::vector<Externals> externals;             ///< of each of its names
  Deadline deadline;                            ///< of everything that is done for the stream
  Outcome outcome;
  std::vector<Finding> complete; ///< finished: of carved parts and members
  std::set<std::string> truncated;
  bool raw = false; ///< not the content of a file: size and offsets mean nothing to a rule
  u64 unreadable_on_volume = 0;
  Hashes hashes; ///< those computed so far, of the whole content
  std::optional<HashSetHit> known;

  Examination(const SweptVolume& v, const StreamRef& s) : volume(v), stream(s) {}

  const StreamDescription& described();
  /// Of the stream; empty if it is unknown.
  std::string_view owner_sid();
  /// Finishes the findings of the stream itself. `content`: see finish_findings().
  void finish_stream(const FoundContent* content, const ContentTools& tools);
  /// Finishes findings in content of its own, a carved part or a member, and adds them to
  /// `complete`.
  void finish_apart(std::vector<Finding>&& findings, const FoundContent& content,
                    const ContentTools& tools);
  void add_issue(IssueKind kind, const char* stage, std::string message, u64 bytes);
  /// The issue that a failed scan becomes. `bytes` were not scanned; `of` precedes the message.
  void add_scan_failure(const ScanFailure& failure, const char* stage, u64 bytes,
                        const std::string& of = {});
  void note_truncated(const std::vector<std::string>& strings) {
    truncated.insert(strings.begin(), strings.end());
  }
  /// Fills in where the match is in the media, from its offset in the stream. A match that touches
  /// unreadable bytes has no place there.
  void place(const LoadedWindow& loaded, Match& match) const;

private:
  /// What all findings of the stream share.
  const Finding& frame();

  std::optional<Finding> frame_;
};

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
// Findings -> what an examiner looks at first: the streams with the highest scores, and the number
// of findings in each band of scores. Memory is bounded, whatever the case holds. One thread.
#pragma once

#include "model/outcome.h"

#include <array>
#include <set>
#include <string>
#include <vector>

namespace coldsweep {

/// All findings of one stream (or of one member of it), described by the one with the highest
/// score.
struct RankedStream {
  int score = 0;
  std::string path, stream_name;
  std::optional<std::string> member;
  StreamId stream;
  bool allocated = true;
  std::optional<std::string> place;
  u64 created = 0; ///< NTFS time of $STANDARD_INFORMATION; 0: unknown
  std::vector<Reason> why;
  std::vector<std::string> causes; ///< distinct rules, hash sets and anomalies, highest score first

  friend bool operator<(const RankedStream& a, const RankedStream& b);
};

/// The lower bounds of the bands: 80, 60, 40. Findings below, or without a score, are in a last
/// band.
inline constexpr std::array<int, 3> kScoreBands{80, 60, 40};

class Ranking {
public:
  static constexpr std::size_t kShown = 20;

  /// Takes findings with their final scores. Outcomes may come in any order, but each only once.
  void add(const Outcome& outcome);

  /// At most kShown, by score (highest first), then by path.
  const std::set<RankedStream>& highest() const { return highest_; }
  /// The number of streams with findings, including those in highest().
  u64 streams() const { return streams_; }
  /// The number of `strings_only` findings: strings in raw space, where the rule's condition can't
  /// be evaluated. No other number here includes them.
  u64 strings_only() const { return strings_only_; }
  /// The number of findings in each band, highest first.
  const std::array<u64, kScoreBands.size() + 1>& bands() const { return bands_; }

private:
  std::set<RankedStream> highest_;
  std::array<u64, kScoreBands.size() + 1> bands_{};
  u64 streams_ = 0, strings_only_ = 0;
};

} // namespace coldsweep

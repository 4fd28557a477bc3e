// SPDX-License-Identifier: Apache-2.0
// Findings -> what an examiner looks at first: the streams with the highest scores, and how many findings there are of
// which height. Bounded, whatever the case holds. One thread.
#pragma once

#include "model/outcome.h"

#include <array>
#include <set>
#include <string>
#include <vector>

namespace coldsweep {

/// All that was found in one stream (or one member of it), under the finding of the highest score.
struct RankedStream {
  int score = 0;
  std::string path, stream_name;
  std::optional<std::string> member;
  StreamId stream;
  bool allocated = true;
  std::optional<std::string> place;
  u64 created = 0; ///< NTFS time of $STANDARD_INFORMATION; 0: not known
  std::vector<Reason> why;
  std::string locate;
  std::vector<std::string> causes; ///< rules, hash sets, anomalies; the highest first, each once

  friend bool operator<(const RankedStream& a, const RankedStream& b);
};

/// From 80 up, from 60, from 40, and below; findings without a score are below.
inline constexpr std::array<int, 3> kScoreBands{80, 60, 40};

class Ranking {
public:
  static constexpr std::size_t kShown = 20;

  /// With the scores as they go into the manifest. Outcomes may come in any order, each once.
  void add(const Outcome& outcome);

  /// By score, the highest first, then path: at most kShown.
  const std::set<RankedStream>& highest() const { return highest_; }
  /// Streams with findings, those in highest() too.
  u64 streams() const { return streams_; }
  /// Findings of strings alone in raw space, whose rules can't be judged there: in none of the others.
  u64 strings_only() const { return strings_only_; }
  /// Findings by band, the highest first.
  const std::array<u64, kScoreBands.size() + 1>& bands() const { return bands_; }

private:
  std::set<RankedStream> highest_;
  std::array<u64, kScoreBands.size() + 1> bands_{};
  u64 streams_ = 0, strings_only_ = 0;
};

} // namespace coldsweep

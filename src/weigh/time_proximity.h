// SPDX-License-Identifier: Apache-2.0
// Findings that came about together: needs all of them, so it is made from the journal when every stream is done, and
// applied while sealing. It depends on the journal's content and the table alone. One thread.
#pragma once

#include "manifest/journal.h"
#include "weigh/place_table.h"

#include <array>
#include <string>
#include <tuple>
#include <vector>

namespace coldsweep {

class TimeProximity {
public:
  static TimeProximity of(const Journal& journal, const PlaceTable& table);

  /// Adds the reason, and settles the score, where another file's finding of weight is near in time.
  void add(Finding& finding) const;

private:
  /// Of a file with a finding of at least `beside` points.
  struct Anchor {
    u64 created = 0;
    u32 volume = 0;
    u64 record = 0;
    std::string path;
    friend bool operator<(const Anchor& a, const Anchor& b) {
      return std::tie(a.created, a.volume, a.record) < std::tie(b.created, b.volume, b.record);
    }
  };
  struct Beside {
    u64 distance = 0;
    const Anchor* anchor = nullptr;
  };
  explicit TimeProximity(const PlaceTable& table) : table_(&table) {}
  void note(const Outcome& outcome);
  Beside nearest(const std::vector<Anchor>& anchors, const Finding& finding, u64 created) const;

  const PlaceTable* table_;
  /// By time, of $STANDARD_INFORMATION and of $FILE_NAME: like is compared with like, as the first is easily set by
  /// hand.
  std::array<std::vector<Anchor>, 2> anchors_;
};

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
// Raises findings whose files were created at about the same time. That takes all findings, so it
// is built from the journal after the last stream, and applied while sealing. It depends only on
// the journal's content and the table. One thread.
#pragma once

#include "base/stop.h"
#include "manifest/journal.h"
#include "weigh/place_table.h"

#include <array>
#include <string>
#include <tuple>
#include <vector>

namespace coldsweep {

class TimeProximity {
public:
  /// Throws Stopped once `stop` is set; null: no such flag.
  static TimeProximity of(const Journal& journal, const PlaceTable& table,
                          const StopFlag* stop = nullptr);

  /// Adds the reason, and updates the score, if another file with a high-scoring finding was
  /// created at about the same time.
  void add(Finding& finding) const;

private:
  /// A file with a finding of at least `beside` points.
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
  /// By time; of $STANDARD_INFORMATION and of $FILE_NAME. The two are never mixed, since the first
  /// is easily forged.
  std::array<std::vector<Anchor>, 2> anchors_;
};

} // namespace coldsweep

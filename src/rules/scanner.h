// SPDX-License-Identifier: Apache-2.0
// Bytes -> matches, with libyara. One Scanner for each thread; the RuleSet is shared and outlives
// it.
#pragma once

#include "base/deadline.h"
#include "model/externals.h"
#include "prefilter/next_piece.h"
#include "rules/filter_counts.h"
#include "rules/rule_set.h"
#include "rules/scan_result.h"

#include <memory>
#include <span>
#include <string>

namespace coldsweep {

/// Whether content is searched first for what rules need, so that libyara sees only content that
/// some rule may match. The findings are the same either way.
enum class Prefiltering : u8 {
  on,
  off,
  /// Like `on`, but never with the whole set if the rules that may match can be compiled on their
  /// own. For tests.
  on_in_groups,
};

class Scanner {
public:
  explicit Scanner(const RuleSet& rules, Prefiltering prefiltering = Prefiltering::on);
  ~Scanner();
  Scanner(Scanner&&) noexcept;
  Scanner& operator=(Scanner&&) noexcept;

  /// Applies every rule to `content` as one file. One thread at a time. All scans throw Stopped
  /// with their deadline.
  ScanResult scan(ByteView content, const Externals& externals,
                  const Deadline& deadline = Deadline());

  /// The same for raw space, where content has neither a size nor a beginning.
  ScanResult scan_raw(ByteView content, const Externals& externals,
                      const Deadline& deadline = Deadline());

  /// Applies only rules whose result may depend on externals: for the further names of a stream
  /// that was scanned.
  ScanResult scan_path_dependent(ByteView content, const Externals& externals,
                                 const Deadline& deadline = Deadline());

  /// Whether no rule can match this content under any of its names. For content that is too large
  /// to be held whole without need: it comes piece by piece. If true, all pieces were read. False
  /// means nothing; without a prefilter it is always false.
  bool rules_out(u64 size, std::span<const Externals> names, const NextPiece& next);

  /// Of the scans since the last call.
  FilterCounts take_filter_counts();

private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Whether any rule may read an external variable.
bool uses_externals(const RuleSet& rules);

/// The type label that LOKI and THOR pass to rules as `filetype` (`EXE`, `ZIP`, `MDMP`, ...), from
/// the first bytes; `UNKNOWN` if none fits.
std::string file_type_label(ByteView content);

} // namespace coldsweep

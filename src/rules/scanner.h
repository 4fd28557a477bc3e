// SPDX-License-Identifier: Apache-2.0
// Bytes -> matches, with libyara. One Scanner a thread; the RuleSet is shared and outlives it.
#pragma once

#include "model/externals.h"
#include "model/outcome.h"
#include "prefilter/next_piece.h"
#include "rules/filter_counts.h"
#include "rules/rule_set.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace coldsweep {

struct RuleMatch {
  const RuleRef* rule = nullptr; ///< owned by the RuleSet
  std::vector<Match> matches;    ///< by offset, then id; `media_offset` is left absent
};

struct ScanResult {
  std::vector<RuleMatch> matches; ///< private rules left out; by namespace, then name
  std::vector<RuleMatch>
      unjudged; ///< of raw space: rules whose strings stand there, and whose condition asks for more
  bool timed_out = false;             ///< then `matches` is empty and nothing is known
  std::vector<std::string> truncated; ///< `rule:$string`: more matches than libyara or we keep
  std::optional<std::string> error;   ///< libyara gave up for another reason; then nothing is known
};

/// Whether content is searched first for what rules need, so that libyara sees only what some rule may match. The
/// findings are the same either way.
enum class Prefiltering : u8 {
  on,
  off,
  on_in_groups, ///< never with the whole set where the rules that may match can be had apart; for tests
};

class Scanner {
public:
  Scanner(const RuleSet& rules, u32 timeout_seconds, Prefiltering prefiltering = Prefiltering::on);
  ~Scanner();
  Scanner(Scanner&&) noexcept;
  Scanner& operator=(Scanner&&) noexcept;

  /// Applies every rule to `content` as one file. Not to be called from two threads at once.
  ScanResult scan(ByteView content, const Externals& externals);

  /// The same for raw space, where content has neither size nor beginning.
  ScanResult scan_raw(ByteView content, const Externals& externals);

  /// Applies only rules whose result may depend on externals: for the further names of a stream that was scanned.
  ScanResult scan_path_dependent(ByteView content, const Externals& externals);

  /// Whether no rule can match content that is too large to be held whole for nothing: it comes piece by piece, under all
  /// of its names. Where it is true, all pieces were read; false says nothing. False without a prefilter.
  bool rules_out(u64 size, std::span<const Externals> names, const NextPiece& next);

  u32 timeout_seconds() const;
  /// Of the calls since the last time it was asked.
  FilterCounts take_filter_counts();

private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Whether any rule may read an external variable.
bool uses_externals(const RuleSet& rules);

/// The type label that LOKI and THOR hand to rules as `filetype` (`EXE`, `ZIP`, `MDMP`, ...), from the first bytes;
/// `UNKNOWN` when none fits.
std::string file_type_label(ByteView content);

} // namespace coldsweep

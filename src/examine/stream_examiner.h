// SPDX-License-Identifier: Apache-2.0
// Examines streams within the process: read, scan, describe, keep a copy. One StreamExaminer a
// thread.
#pragma once

#include "content/stream_content.h"
#include "examine/content_tools.h"
#include "examine/examine_log.h"
#include "examine/examiner.h"

#include <optional>
#include <span>

namespace coldsweep {

struct Examination;

class StreamExaminer final : public Examiner {
public:
  /// `rules`, `budget` and `evidence` are shared by all threads and must outlive the examiner.
  StreamExaminer(const RuleSet& rules, ByteBudget& budget, ContentLimits limits,
                 const EvidenceStore& evidence, ExamineOptions options);

  Outcome examine(const SweptVolume& volume, const StreamRef& stream) override;
  FilterCounts take_filter_counts() override { return scanner_.take_filter_counts(); }

private:
  // The path of a stream, in this order.
  void examine_windows(Examination& work);
  void examine_window(Examination& work, const Window& window, bool whole);
  bool pass_in_pieces(Examination& work, const Window& window);
  std::optional<LoadedWindow> load(Examination& work, const Window& window);
  const char* check_hashes(Examination& work, const LoadedWindow& loaded);
  bool scan_content(Examination& work, const LoadedWindow& loaded, const Window& window,
                    const std::string& type);
  void examine_records(Examination& work, const LoadedWindow& loaded, const Window& window);
  void add_virtual_directories(Examination& work, const LoadedWindow& loaded);

  void name_content(Examination& work) const;
  void skip_rest(Examination& work, std::span<const Window> windows) const;
  ContentTools tools(Examination& work);

  Scanner scanner_;
  LogExaminer log_examiner_;
  std::optional<HashLookup> lookup_;
  bool path_dependent_rules_;
  StreamReader reader_;
  const EvidenceStore* evidence_;
  ExamineOptions options_;
};

} // namespace coldsweep

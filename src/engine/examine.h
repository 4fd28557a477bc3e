// SPDX-License-Identifier: Apache-2.0
// One stream -> its Outcome: read, scan, describe, copy. One StreamExaminer a thread.
#pragma once

#include "content/stream_content.h"
#include "engine/locate.h"
#include "filesystem/ntfs_plan.h"
#include "manifest/evidence_store.h"
#include "model/outcome.h"
#include "rules/scanner.h"

namespace coldsweep {

/// A volume that is being swept; shared by all threads.
struct SweptVolume {
  u32 id = 0;
  SourcePtr source;
  NtfsPlan plan;
  char drive = 'C';
  LocateTarget target;
};

struct ExamineOptions {
  u32 timeout_seconds = 60;
  bool export_matched = true;
  u64 export_limit = 256_MiB;
  Prefiltering prefiltering = Prefiltering::on;
};

class StreamExaminer {
public:
  StreamExaminer(const RuleSet& rules, ByteBudget& budget, ContentLimits limits,
                 const EvidenceStore& evidence, ExamineOptions options);

  /// Damage, timeouts and limits become issues of the outcome; every byte of the stream is in its account. Throws only
  /// when the case folder can't be written.
  Outcome examine(const SweptVolume& volume, const StreamRef& stream);

  /// Of the scans since the last call.
  FilterCounts take_filter_counts() { return scanner_.take_filter_counts(); }

private:
  struct Examination;
  void examine_windows(Examination& work);
  void examine_window(Examination& work, const Window& window, bool whole);
  void add_matches(Examination& work, const ScanResult& result, const LoadedWindow& loaded,
                   const Window& window);
  void complete_findings(Examination& work, const LoadedWindow& loaded, bool whole);

  Scanner scanner_;
  bool path_dependent_rules_;
  StreamReader reader_;
  const EvidenceStore* evidence_;
  ExamineOptions options_;
};

} // namespace coldsweep

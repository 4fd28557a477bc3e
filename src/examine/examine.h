// SPDX-License-Identifier: Apache-2.0
// One stream -> its Outcome: read, scan, describe, copy. One StreamExaminer a thread.
#pragma once

#include "content/stream_content.h"
#include "examine/examine_log.h"
#include "examine/locate.h"
#include "filesystem/ntfs_plan.h"
#include "hash_sets/hash_sets.h"
#include "manifest/evidence_store.h"
#include "model/outcome.h"
#include "rules/scanner.h"
#include "weigh/place_table.h"

#include <optional>

namespace coldsweep {

/// A volume that is being swept; shared by all threads.
struct SweptVolume {
  u32 id = 0;
  SourcePtr source;
  NtfsPlan plan;
  char drive = 'C';
  LocateTarget target;
  WebFolders web_folders{};
  u32 record_size = 1024; ///< of MFT records
};

struct ExamineOptions {
  u32 timeout_seconds = 60;
  bool export_matched = true;
  u64 export_limit = 256_MiB;
  const HashSets* hash_sets = nullptr; ///< outlives the examiner; null: none
  bool skip_known = false;
  const PlaceTable* places = nullptr; ///< by which findings are weighed; outlives the examiner
  Prefiltering prefiltering = Prefiltering::on;
  bool archives = true;       ///< members are examined, too
  bool efs = false;           ///< ciphertext is scanned as it is
  u64 member_limit = 256_MiB; ///< of one member
};

struct Examination;
struct ContentTools;

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
  void examine_windows(Examination& work);
  void examine_window(Examination& work, const Window& window, bool whole);
  /// Whether nothing is to be said of a large stream but that it was scanned; then it was read piece by piece, and is in
  /// the account. False says nothing.
  bool pass_in_pieces(Examination& work, const Window& window);
  void collect_names(Examination& work) const;
  struct HashJudgement {
    bool good = false;
    std::optional<HashSetHit> known;
    std::vector<HashSetHit> hits;
    bool any() const { return good || known || !hits.empty(); }
  };
  /// `exact`: the hashes of `work` are those of the content.
  HashJudgement judge_hashes(Examination& work, bool exact);
  /// Why the window need not be scanned; null when it must be.
  const char* check_hashes(Examination& work, const LoadedWindow& loaded);
  static void add_matches(Examination& work, std::vector<Finding>&& findings,
                          const LoadedWindow& loaded, const Window& window);
  void examine_records(Examination& work, const LoadedWindow& loaded, const Window& window);
  void examine_members(Examination& work, const LoadedWindow& loaded);
  void add_virtual_directories(Examination& work, const LoadedWindow& loaded);
  /// `content`: null where the stream was scanned in parts, so that there is no one to hash or keep.
  void complete_findings(Examination& work, const LoadedWindow* content);
  ContentTools content_tools();

  Scanner scanner_;
  LogExaminer log_examiner_;
  std::optional<HashLookup> lookup_;
  bool path_dependent_rules_;
  StreamReader reader_;
  const EvidenceStore* evidence_;
  ExamineOptions options_;
};

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
#include "examine/hash_check.h"

#include <utility>

namespace coldsweep {

const char* HashJudgement::reason_to_skip(bool skip_known) const {
  if (!hits.empty()) return nullptr;
  if (good) return "known_good";
  return known && skip_known ? "known" : nullptr;
}

void HashJudgement::add_findings_to(std::vector<Finding>& findings) const {
  for (const HashSetHit& hit : hits) findings.emplace_back().cause = hit;
}

HashJudgement judge_content(HashLookup& lookup, const Hashes& hashes) {
  HashVerdict verdict = lookup.look_up(hashes);
  return {verdict.good, std::move(verdict.known), std::move(verdict.bad)};
}

HashJudgement judge_stream(Examination& work, const ContentTools& tools, bool exact) {
  HashJudgement judgement;
  if (exact) judgement = judge_content(*tools.lookup, work.hashes);
  if (judgement.good || !work.stream.name.empty()) return judgement;
  const ShippedFiles& shipped = tools.options.hash_sets->shipped_files();
  std::optional<HashSetHit> unknown_file;
  const auto judge = [&](const std::string& path) {
    if (!unknown_file)
      unknown_file =
          shipped.judge({path, work.hashes.sha256, work.stream.deleted}, work.volume.web_folders);
  };
  judge(work.described().path);
  for (const std::string& link : work.described().links) judge(link);
  if (unknown_file) judgement.hits.push_back(std::move(*unknown_file));
  return judgement;
}

} // namespace coldsweep

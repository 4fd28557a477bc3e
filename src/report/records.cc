// SPDX-License-Identifier: Apache-2.0
#include "report/records.h"

namespace coldsweep::report {

Weight weight_of(std::optional<i64> score) {
  if (!score) return Weight::unweighed;
  return *score >= kHighScore     ? Weight::high
         : *score >= kMediumScore ? Weight::medium
                                  : Weight::low;
}

std::string_view name_of(Weight weight) {
  constexpr std::array<std::string_view, kWeights> names{"high", "medium", "low", "unweighed"};
  return names.at(static_cast<std::size_t>(weight));
}

std::string full_name(const FindingRow& finding) {
  std::string name = finding.path;
  if (!finding.stream.empty()) name += ":" + finding.stream;
  if (finding.member) name += "!/" + *finding.member;
  return name;
}

bool same_stream(const FindingRow& a, const FindingRow& b) {
  return a.volume == b.volume && a.record == b.record && a.path == b.path &&
         a.sequence == b.sequence && a.attribute_id == b.attribute_id && a.kind == b.kind &&
         a.member == b.member && a.path == b.path && a.stream == b.stream && a.sha256 == b.sha256;
}

} // namespace coldsweep::report

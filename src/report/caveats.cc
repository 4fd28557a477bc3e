// SPDX-License-Identifier: Apache-2.0
#include "report/caveats.h"

#include "report/fields.h"

#include <algorithm>

#include <fmt/format.h>

namespace coldsweep::report {

std::vector<std::string> caveats_of(const nlohmann::ordered_json& line) {
  std::vector<std::string> caveats;
  const std::string kind = text_of(line, "kind");
  if (kind == kStringsOnly)
    caveats.emplace_back(
        "only strings of the rule were found: in raw space its condition can't be evaluated");
  if (kind == "carved")
    caveats.emplace_back(
        "a file seems to begin here; its end was inferred from its header or its text");
  const auto& overwritten = object_of(line, "overwritten");
  if (const u64 clusters = number_of(overwritten, "clusters"); clusters > 0)
    caveats.push_back(
        fmt::format("{} of its {} clusters now belong to other files: the content may "
                    "not be that of this file",
                    clusters, number_of(overwritten, "of")));
  if (flag_of(line, "recovered"))
    caveats.emplace_back(
        "its MFT record was found by its signature, because $MFT no longer leads to it");
  if (const u64 left_out = number_of(line, "extents_left_out"); left_out > 0)
    caveats.push_back(fmt::format("{} of its extents had no room in the manifest", left_out));
  if (const std::string why = text_of(line, "no_locate"); !why.empty())
    caveats.push_back("no command shows its bytes without coldsweep: " + why);
  if (std::string source = text_of(line, "path_source"); !source.empty()) {
    std::replace(source.begin(), source.end(), '_', ' ');
    caveats.push_back("source of its path: " + source);
  }
  for (const auto& anomaly : array_of(line, "anomalies"))
    caveats.push_back(
        fmt::format("{}: {}", text_of(anomaly, "name"), text_of(anomaly, "description")));
  return caveats;
}

} // namespace coldsweep::report

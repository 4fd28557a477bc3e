// SPDX-License-Identifier: Apache-2.0
#include "examine/examine_name.h"

#include "examine/content_findings.h"
#include "examine/finding_frame.h"
#include "filesystem/suspicious_names.h"
#include "filesystem/suspicious_times.h"

#include <set>
#include <string>
#include <utility>

namespace coldsweep {

Outcome examine_name(const SweptVolume& volume, const StreamRef& name, const ContentTools& tools) {
  const StreamDescription described = volume.plan.describe(name);
  Outcome outcome;
  outcome.stream = name.id;

  Finding common = finding_frame(name, described);
  common.anomalies =
      suspicious_times(described.si, described.fn); // suspicious names are the causes here
  Locate locate = locate_record_command(volume.target, name, *volume.source);
  common.locate = std::move(locate.command);
  common.no_locate = std::move(locate.why_none);
  for (const Extent& extent : name.extents)
    if (extent.placed())
      common.extents.push_back(
          {extent.stream_offset, volume.source->media_offset(extent.source_offset), extent.length});

  std::vector<std::string> paths{described.path};
  paths.insert(paths.end(), described.links.begin(), described.links.end());
  if (described.short_name) paths.push_back(*described.short_name); // only the last part of a path
  std::set<std::string> known;
  for (const std::string& path : paths) {
    for (Anomaly& anomaly : suspicious_name(std::string_view(path).substr(path.rfind('/') + 1))) {
      if (!known.insert(anomaly.name).second)
        continue; // one finding for each kind, in whichever name
      outcome.findings.emplace_back().cause = std::move(anomaly);
    }
  }
  finish_findings(outcome.findings, std::move(common), nullptr, tools);
  return outcome;
}

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
#include "examine/content_findings.h"

#include "base/hash.h"
#include "weigh/weigh.h"

#include <utility>

namespace coldsweep {

void add_content_findings(Examination& work, const ContentPiece& content, const ContentTools& tools,
                          std::vector<Finding>&& hits) {
  Hashes hashes = content.hashes;
  add_hashes(hashes, content.bytes, kAllHashes);
  const bool exported =
      tools.options.export_matched && content.bytes.size() <= tools.options.export_limit;
  if (exported) tools.evidence.keep(hashes.sha256, content.bytes);
  const ContentFacts facts(content.bytes, content.type);
  for (Finding& hit : hits) {
    Finding finding = work.frame();
    finding.cause = std::move(hit.cause);
    finding.matches = std::move(hit.matches);
    finding.part = hit.part;
    finding.member = std::move(hit.member);
    finding.known = std::move(hit.known);
    finding.size = content.bytes.size();
    finding.hashes = hashes;
    finding.exported = exported;
    weigh(finding, facts, *tools.options.places);
    work.complete.push_back(std::move(finding));
  }
}

} // namespace coldsweep

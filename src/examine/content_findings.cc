// SPDX-License-Identifier: Apache-2.0
#include "examine/content_findings.h"

#include "base/hash.h"
#include "weigh/weigh.h"

#include <algorithm>
#include <utility>

namespace coldsweep {
namespace {

/// Strings in raw space without a rule that could be judged are no reason to keep all of that
/// space.
bool are_strings_only(const std::vector<Finding>& findings) {
  return std::all_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.part && finding.part->kind == StreamKind::strings_only;
  });
}

} // namespace

void finish_findings(std::vector<Finding>& findings, Finding frame, const FoundContent* content,
                     const ContentTools& tools) {
  if (findings.empty()) return;
  if (content != nullptr) {
    frame.hashes = content->hashes;
    add_hashes(frame.hashes, content->bytes, kAllHashes);
    frame.exported = tools.options.export_matched && frame.size <= tools.options.export_limit &&
                     !are_strings_only(findings);
    if (frame.exported) tools.evidence.keep(frame.hashes.sha256, content->bytes);
  }
  const ContentFacts facts =
      content == nullptr ? ContentFacts() : ContentFacts(content->bytes, content->type);
  for (Finding& finding : findings) {
    Finding finished = frame;
    finished.cause = std::move(finding.cause);
    finished.matches = std::move(finding.matches);
    finished.part = finding.part;
    finished.member = std::move(finding.member);
    if (finding.known) finished.known = std::move(finding.known);
    finished.why = std::move(finding.why);
    finished.log = std::move(finding.log);
    weigh(finished, facts, *tools.options.places);
    finding = std::move(finished);
  }
}

} // namespace coldsweep

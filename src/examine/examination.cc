// SPDX-License-Identifier: Apache-2.0
#include "examine/examination.h"

#include "examine/content_findings.h"
#include "examine/finding_frame.h"
#include "filesystem/extents.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace coldsweep {
namespace {

/// Unreadable bytes were scanned as zeros, so the media doesn't hold what matched there.
bool touches_gap(const std::vector<Gap>& gaps, u64 offset, u64 length) {
  return std::any_of(gaps.begin(), gaps.end(), [&](const Gap& gap) {
    return gap.offset < offset + length && offset < gap.offset + gap.length;
  });
}

} // namespace

const StreamDescription& Examination::described() {
  if (!description) description = volume.plan.describe(stream);
  return *description;
}

std::string_view Examination::owner_sid() {
  const std::optional<std::string>& owner = described().owner_sid;
  return owner ? std::string_view(*owner) : std::string_view();
}

const Finding& Examination::frame() {
  if (!frame_) {
    frame_ = finding_frame(stream, described());
    frame_->extents = media_extents(*volume.source, stream);
    frame_->overwritten = volume.plan.overwritten(stream);
    Locate locate = locate_command(volume.target, stream, *volume.source, frame_->overwritten);
    frame_->locate = std::move(locate.command);
    frame_->no_locate = std::move(locate.why_none);
  }
  return *frame_;
}

void Examination::finish_stream(const FoundContent* content, const ContentTools& tools) {
  if (outcome.findings.empty()) return;
  Finding common = frame();
  common.known = known;
  finish_findings(outcome.findings, std::move(common), content, tools);
}

void Examination::finish_apart(std::vector<Finding>&& findings, const FoundContent& content,
                               const ContentTools& tools) {
  if (findings.empty()) return;
  Finding common = frame();
  common.size = content.bytes.size();
  finish_findings(findings, std::move(common), &content, tools);
  std::move(findings.begin(), findings.end(), std::back_inserter(complete));
}

void Examination::add_issue(IssueKind kind, const char* stage, std::string message, u64 bytes) {
  outcome.issues.push_back({.kind = kind,
                            .volume = volume.id,
                            .record = stream.id.record,
                            .path = described().path,
                            .stream_name = std::string(stream.name),
                            .stage = stage,
                            .message = std::move(message),
                            .bytes = bytes});
}

void Examination::add_scan_failure(const ScanFailure& failure, const char* stage, u64 bytes,
                                   const std::string& of) {
  add_issue(failure.timed_out ? IssueKind::timed_out : IssueKind::crashed, stage,
            of + failure.message, bytes);
}

void Examination::place(const LoadedWindow& loaded, Match& match) const {
  if (touches_gap(loaded.gaps, match.offset, match.length)) return;
  match.media_offset = media_offset(*volume.source, stream, match.offset, match.length);
  match.parts.clear();
  if (!match.media_offset) return;
  const std::vector<Extent> parts = slice_extents(stream.extents, match.offset, match.length);
  if (parts.size() < 2) return;
  for (const Extent& part : parts)
    match.parts.push_back({match.offset + part.stream_offset,
                           volume.source->media_offset(part.source_offset), part.length});
}

} // namespace coldsweep

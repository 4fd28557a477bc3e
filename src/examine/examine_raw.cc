// SPDX-License-Identifier: Apache-2.0
#include "examine/examine_raw.h"

#include "content/carve.h"
#include "examine/content_findings.h"
#include "examine/names_scan.h"
#include "filesystem/extents.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

std::vector<RawRun> runs_of(const StreamRef& stream, const Window& window, u64 cluster_size) {
  std::vector<RawRun> runs;
  for (const Extent& part : slice_extents(stream.extents, window.offset, window.length)) {
    if (part.kind != Extent::Kind::stored) continue;
    const u64 into_cluster = part.source_offset % cluster_size;
    runs.push_back({part.stream_offset, part.length,
                    part.stream_offset + (into_cluster == 0 ? 0 : cluster_size - into_cluster)});
  }
  return runs;
}

CarveResult carve_window(const Examination& work, const RawWindow& raw) {
  CarveOptions options;
  options.cluster_size = work.volume.target.cluster_size;
  options.record_size = work.volume.record_size;
  const StreamRef& stream = work.stream;
  if (stream.id.kind == StreamKind::mft_slack) {
    options.anywhere = true;
    options.attribute_phase = stream.slack_of_size % 8;
    const RawRun all{0, raw.window.length, 0};
    return carve(raw.loaded.bytes, std::span(&all, 1), options);
  }
  if (stream.id.kind == StreamKind::index_slack || options.cluster_size == 0) return {};
  return carve(raw.loaded.bytes, runs_of(stream, raw.window, options.cluster_size), options);
}

/// Turns offsets in a part into offsets in the stream. A match over bytes that an update sequence
/// replaced has no place in the media.
void place_match(const Examination& work, const RawWindow& raw, const Carved& part, Match& match) {
  const auto stored = raw.loaded.bytes.subspan(part.offset + match.offset).begin();
  const bool as_stored =
      part.mended.empty() ||
      std::equal(stored, stored + static_cast<std::ptrdiff_t>(match.length),
                 part.mended.begin() + static_cast<std::ptrdiff_t>(match.offset));
  match.offset += raw.window.offset + part.offset;
  if (as_stored) work.place(raw.loaded, match);
}

} // namespace

void examine_carved(Examination& work, const RawWindow& raw, const ContentTools& tools) {
  const CarveResult carved = carve_window(work, raw);
  if (carved.left_out > 0)
    work.add_issue(IssueKind::over_limit, "carve",
                   fmt::format("{} places where a file may begin were not judged on their own: "
                               "together they are too large",
                               carved.left_out),
                   0);
  std::vector<Externals> names{work.externals.front()};
  for (const Carved& part : carved.parts) {
    if (part.offset >= raw.window.own()) continue;
    if (tools.deadline.passed()) {
      const auto left = static_cast<std::size_t>(carved.parts.data() + carved.parts.size() - &part);
      work.add_issue(IssueKind::timed_out, "carve",
                     fmt::format("{}: {} of {} places where a file may begin were not judged on "
                                 "their own",
                                 time_is_over(tools.deadline), left, carved.parts.size()),
                     0);
      return;
    }
    const ByteView bytes = part.mended.empty() ? raw.loaded.bytes.subspan(part.offset, part.size)
                                               : ByteView(part.mended);
    const std::string type = file_type_label(bytes);
    NamesScan scan = scan_under_names(tools.timed_scanner(), bytes, names, type);
    for (const ScanFailure& failure : scan.failures) work.add_scan_failure(failure, "carve", 0);
    work.note_truncated(scan.truncated);
    for (Finding& hit : scan.findings) {
      hit.part = Part{StreamKind::carved, raw.window.offset + part.offset};
      for (Match& match : hit.matches) place_match(work, raw, part, match);
    }
    work.finish_apart(std::move(scan.findings), {bytes, type, {}}, tools);
  }
}

void drop_repeated(std::vector<Finding>& found, std::span<const Finding> carved,
                   u64 window_offset) {
  for (Finding& finding : found) {
    for (const Finding& other : carved) {
      if (other.cause != finding.cause) continue;
      std::erase_if(finding.matches, [&](const Match& match) {
        const u64 at = match.offset + window_offset;
        return at >= other.part->offset && at + match.length <= other.part->offset + other.size;
      });
    }
  }
  std::erase_if(found, [](const Finding& finding) { return finding.matches.empty(); });
}

} // namespace coldsweep

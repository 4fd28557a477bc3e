// SPDX-License-Identifier: Apache-2.0
#include "engine/examine_raw.h"

#include "base/hash.h"
#include "content/carve.h"
#include "engine/names_scan.h"
#include "engine/weigh.h"
#include "filesystem/extents.h"

#include <algorithm>
#include <utility>

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

} // namespace

CarvedScan scan_carved(Examination& work, const RawWindow& raw, Scanner& scanner,
                       const PlaceTable& places) {
  CarveResult carved = carve_window(work, raw);
  CarvedScan scan;
  scan.left_out = carved.left_out;
  std::vector<Externals> names{work.externals.front()};
  for (Carved& piece : carved.pieces) {
    if (piece.offset >= raw.window.own()) continue;
    const bool mended = !piece.mended.empty();
    const ByteView bytes =
        mended ? ByteView(piece.mended) : raw.loaded.bytes.subspan(piece.offset, piece.size);
    const std::string type = file_type_label(bytes);
    NamesScan found = scan_under_names(scanner, bytes, names, type);
    for (const ScanFailure& failure : found.failures)
      work.add_issue(failure.timed_out ? IssueKind::timed_out : IssueKind::crashed, "carve",
                     failure.message, 0);
    scan.truncated.insert(scan.truncated.end(), found.truncated.begin(), found.truncated.end());
    if (found.findings.empty()) continue;
    const u64 at = raw.window.offset + piece.offset;
    const ContentFacts facts(bytes, type);
    Hashes hashes;
    add_hashes(hashes, bytes, kAllHashes);
    for (Finding& hit : found.findings) {
      Finding finding = work.frame();
      finding.cause = std::move(hit.cause);
      finding.matches = std::move(hit.matches);
      finding.part = Part{StreamKind::carved, at};
      finding.size = piece.size;
      finding.hashes = hashes;
      for (Match& match : finding.matches) {
        const u64 within = match.offset;
        match.offset += at;
        const bool as_stored =
            !mended ||
            std::equal(bytes.begin() + static_cast<std::ptrdiff_t>(within),
                       bytes.begin() + static_cast<std::ptrdiff_t>(within + match.length),
                       raw.loaded.bytes.subspan(piece.offset + within).begin());
        if (as_stored) work.place(raw.loaded, match);
      }
      weigh(finding, facts, places);
      scan.findings.push_back(std::move(finding));
    }
    scan.contents.push_back({hashes.sha256, std::move(piece.mended), bytes});
  }
  return scan;
}

void drop_repeated(std::vector<Finding>& found, const std::vector<Finding>& carved,
                   u64 window_offset) {
  for (Finding& finding : found) {
    for (const Finding& piece : carved) {
      if (piece.cause != finding.cause) continue;
      std::erase_if(finding.matches, [&](const Match& match) {
        const u64 at = match.offset + window_offset;
        return at >= piece.part->offset && at + match.length <= piece.part->offset + piece.size;
      });
    }
  }
  std::erase_if(found, [](const Finding& finding) { return finding.matches.empty(); });
}

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
// The journal is read twice, because findings come before issues in the manifest. Only its header
// and the sums are held in memory. It is in the order of StreamId, so sorting is only needed within
// an outcome. One thread.
#include "manifest/seal.h"

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "manifest/evidence_store.h"
#include "manifest/outcome_limits.h"
#include "manifest/record.h"

#include <algorithm>
#include <system_error>
#include <tuple>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

namespace fs = std::filesystem;

constexpr const char* kManifest = "manifest.jsonl";
constexpr const char* kPartial = "manifest.jsonl.partial";
constexpr std::size_t kBuffer = 1 << 20;

/// The file that becomes the manifest. It is removed unless publish() succeeds.
class ManifestFile {
public:
  explicit ManifestFile(const fs::path& case_folder) : folder_(case_folder) {
    remove(); // left by an attempt that was killed
    file_ = File::create(folder_ / kPartial, kPrivateFile);
  }
  ~ManifestFile() { remove(); }
  ManifestFile(const ManifestFile&) = delete;
  ManifestFile& operator=(const ManifestFile&) = delete;

  void add(const std::string& line) {
    if (line.size() > kLongestLine)
      throw Error(fmt::format("internal error: line {} of the manifest has {} bytes", lines_ + 1,
                              line.size()));
    const std::size_t before = buffer_.size();
    buffer_ += line;
    buffer_ += '\n';
    hasher_.add(std::string_view(buffer_).substr(before));
    ++lines_;
    if (buffer_.size() >= kBuffer) drain();
  }

  u64 lines() const { return lines_; }
  std::string sha256() { return hasher_.finish(); }

  /// Adds the last line, which the hash can't cover, and gives the file its name.
  void publish(const std::string& seal_line) {
    buffer_ += seal_line;
    buffer_ += '\n';
    drain();
    file_.sync();
    std::error_code error;
    fs::rename(folder_ / kPartial, folder_ / kManifest, error);
    if (error)
      throw Error(
          fmt::format("{}: can't be written: {}", (folder_ / kManifest).string(), error.message()));
    sync_directory(folder_);
  }

private:
  void drain() {
    file_.write(written_, bytes_of(buffer_));
    written_ += buffer_.size();
    buffer_.clear();
  }
  void remove() const {
    std::error_code ignored;
    fs::remove(folder_ / kPartial, ignored);
  }

  fs::path folder_;
  File file_;
  Hasher hasher_{HashKind::sha256};
  std::string buffer_;
  u64 written_ = 0, lines_ = 0;
};

std::string described(const StreamId& stream) {
  return fmt::format("volume {}, record {}, attribute {} ({})", stream.volume, stream.record,
                     stream.attribute, name_of(stream.kind));
}

[[noreturn]] void fail(const StreamId& stream, const char* why) {
  throw Error(fmt::format("internal error: {}: {}", described(stream), why));
}

/// What happened to the streams and bytes of each swept volume.
class Coverage {
public:
  explicit Coverage(const std::map<u32, SpaceAccount>& swept_volumes) {
    for (const auto& [volume, rest] : swept_volumes) {
      by_volume_[volume].volume = volume;
      by_volume_[volume].space = rest;
    }
  }

  void add(const Outcome& outcome) {
    const auto found = by_volume_.find(outcome.stream.volume);
    if (found == by_volume_.end()) fail(outcome.stream, "its volume was not swept");
    if (!outcome.bytes.balanced()) fail(outcome.stream, "its bytes don't add up");
    if (outcome.stream.kind == StreamKind::name) return; // a name is not a stream and has no bytes
    found->second.bytes += outcome.bytes;
    const std::map<std::string, u64>& reasons = outcome.bytes.skipped_by;
    found->second.space.add(outcome.stream.kind, outcome.space,
                            reasons.empty() ? "unknown" : as_utf8(reasons.begin()->first));
    if (outcome.log) add(outcome.stream.volume, *outcome.log);
    for (const LogSpan& log : outcome.member_logs) add(outcome.stream.volume, log);
    if (is_raw(outcome.stream.kind)) return; // raw space is not a stream of a file
    StreamCounts& streams = found->second.streams;
    ++streams.planned;
    if (outcome.failed())
      ++streams.failed;
    else if (outcome.passed_over())
      ++streams.skipped;
    else
      ++streams.scanned;
  }

  template <typename F> void for_each(F&& use) const {
    for (const auto& [volume, coverage] : by_volume_) {
      if (!coverage.bytes.balanced())
        throw Error(fmt::format("internal error: the bytes of volume {} don't add up", volume));
      if (!coverage.space.balanced())
        throw Error(fmt::format("internal error: the clusters of volume {} don't add up", volume));
      CoverageRecord record = coverage;
      for (const auto& [key, logs] : logs_)
        if (key.first == volume) record.logs.push_back(logs);
      use(record);
    }
  }

private:
  void add(u32 volume, const LogSpan& log) {
    const std::string family = family_of(volume, log);
    LogCoverage& logs = logs_[{volume, family}];
    logs.family = family;
    logs.add(log.count, log.oldest, log.newest);
  }

  /// An image chooses the names of its event logs. Further families are counted together.
  std::string family_of(u32 volume, const LogSpan& log) {
    constexpr std::size_t kMostFamilies = 1000, kLongestFamily = 1024;
    std::string family = as_utf8(log.family);
    if (family.size() > kLongestFamily ||
        (families_[volume] >= kMostFamilies && !logs_.contains({volume, family})))
      family = "further families";
    if (!logs_.contains({volume, family})) ++families_[volume];
    return family;
  }

  std::map<std::pair<u32, std::string>, LogCoverage> logs_; // by volume and family
  std::map<u32, std::size_t> families_;                     // how many of them
  std::map<u32, CoverageRecord> by_volume_;
};

struct Sealing {
  const Journal& journal;
  const FindingAdjuster& adjust;
  const StopFlag* stop;
  Journal::Header header;
  ManifestFile& file;
  SealSummary summary;
  std::unordered_set<std::string> exported; ///< by SHA-256

  void add_findings(Coverage& coverage) {
    journal.for_each_outcome([&](const Outcome& stored) {
      look_at_stop();
      coverage.add(stored);
      if (stored.findings.empty()) return;
      Outcome outcome = stored;
      if (adjust) std::for_each(outcome.findings.begin(), outcome.findings.end(), adjust);
      summary.ranking.add(outcome);
      for (const std::string& line : sorted_lines(outcome)) file.add(line);
      summary.findings += outcome.findings.size();
      for (const Finding& finding : outcome.findings) {
        ++summary.findings_by_cause[as_utf8(title_of(finding.cause))];
        if (finding.exported) exported.insert(finding.hashes.sha256);
      }
    });
  }

  /// Issues without a stream come before those of streams of the same record, issues without a
  /// record before all others of their volume, and issues without a volume first.
  void add_issues() {
    const auto place = [](const Issue& issue) { return std::tie(issue.volume, issue.record); };
    std::vector<Issue> loose = std::move(header.issues);
    sort(loose);
    std::stable_sort(loose.begin(), loose.end(),
                     [&](const Issue& a, const Issue& b) { return place(a) < place(b); });
    auto next = loose.cbegin();
    journal.for_each_reported_outcome([&](const Outcome& outcome) {
      look_at_stop();
      const std::tuple<std::optional<u32>, std::optional<u64>> here{outcome.stream.volume,
                                                                    outcome.stream.record};
      while (next != loose.cend() && place(*next) <= here) add(*next++);
      std::vector<Issue> issues = outcome.issues;
      sort(issues);
      for (const Issue& issue : issues) add(issue);
    });
    while (next != loose.cend()) add(*next++);
  }

  void add_coverage(const Coverage& coverage) {
    coverage.for_each([&](const CoverageRecord& record) {
      summary.streams.planned += record.streams.planned;
      summary.streams.scanned += record.streams.scanned;
      summary.streams.skipped += record.streams.skipped;
      summary.streams.failed += record.streams.failed;
      summary.bytes += record.bytes;
      summary.space += record.space;
      for (const LogCoverage& logs : record.logs) {
        LogCoverage& all = summary.logs[logs.family];
        all.family = logs.family;
        all.add(logs.files, logs.oldest, logs.newest);
      }
      file.add(manifest_line(record));
    });
  }

  void look_at_stop() const {
    if (stop != nullptr) stop->check();
  }

private:
  void add(const Issue& issue) {
    ++summary.issues;
    ++summary.issues_by_kind[std::string(name_of(issue.kind))];
    summary.unseen += hides_content(issue) ? 1 : 0;
    file.add(manifest_line(issue));
  }

  /// The manifest's lines, sorted by part, member, namespace, cause and log line (in the form that
  /// the manifest has them), then by the whole line.
  static std::vector<std::string> sorted_lines(const Outcome& outcome) {
    std::vector<std::tuple<std::optional<Part>, std::optional<std::string>, std::string,
                           std::string, std::optional<u64>, std::string>>
        keyed;
    for (const Finding& finding : outcome.findings) {
      if (finding.stream != outcome.stream)
        fail(outcome.stream, "it has a finding of another stream");
      std::optional<std::string> member;
      if (finding.member) member = as_utf8(*finding.member);
      const auto [name_space, name] = order_of(finding.cause);
      std::optional<u64> line;
      if (finding.log) line = finding.log->line;
      keyed.emplace_back(finding.part, std::move(member), as_utf8(name_space), as_utf8(name), line,
                         manifest_line(finding));
    }
    std::sort(keyed.begin(), keyed.end());
    std::vector<std::string> lines;
    for (auto& key : keyed) lines.push_back(std::move(std::get<5>(key)));
    return lines;
  }

  static void sort(std::vector<Issue>& issues) {
    std::sort(issues.begin(), issues.end(), [](const Issue& a, const Issue& b) {
      const auto key = [](const Issue& i) {
        return std::tie(i.kind, i.stage, i.message, i.volume, i.record, i.path, i.stream_name,
                        i.bytes);
      };
      return key(a) < key(b);
    });
  }
};

} // namespace

SealSummary seal(const Journal& journal, const fs::path& case_folder, const FindingAdjuster& adjust,
                 const StopFlag* stop) {
  EvidenceStore(case_folder).sync(); // a copy must be durable before the manifest names it
  ManifestFile file(case_folder);
  Sealing sealing{.journal = journal,
                  .adjust = adjust,
                  .stop = stop,
                  .header = journal.header(),
                  .file = file,
                  .summary = {},
                  .exported = {}};
  if (sealing.header.case_line.empty())
    throw Error(
        fmt::format("internal error: the journal of {} has no case record", case_folder.string()));
  Coverage coverage(sealing.header.swept_volumes);

  file.add(sealing.header.case_line);
  for (const std::string& line : sealing.header.volume_lines) file.add(line);
  sealing.add_findings(coverage);
  EvidenceStore(case_folder).drop_unnamed(sealing.exported);
  sealing.add_issues();
  sealing.add_coverage(coverage);

  sealing.look_at_stop();
  SealSummary summary = std::move(sealing.summary);
  summary.records = file.lines();
  summary.sha256 = file.sha256();
  file.publish(
      manifest_line(SealRecord{summary.records, summary.findings, summary.issues, summary.sha256}));
  return summary;
}

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
// Cases made up for the manifest's tests: random outcomes with hostile names, and a small case to
// seal. Same seed, same case.
#pragma once

#include "base/text.h"
#include "manifest/evidence_store.h"
#include "manifest/journal.h"
#include "manifest/seal.h"
#include "support/hash_all.h"
#include "support/temp_dir.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

namespace coldsweep::test {

class Random {
public:
  explicit Random(u64 seed) : engine_(seed) {}

  u64 number() { return engine_(); }
  u64 below(u64 limit) { return engine_() % limit; }
  bool coin() { return below(2) == 0; }
  /// Small, large, and edge cases.
  u64 size() {
    switch (below(4)) {
    case 0: return below(3);
    case 1: return below(1u << 20);
    case 2: return ~u64{0} - below(3);
    default: return number();
    }
  }
  /// Text that a hostile volume or rule may hold.
  std::string text() {
    std::string text;
    switch (below(5)) {
    case 0: break;
    case 1: text = "caf\xC3\xA9/\xE2\x80\xA8\n\t\"\\u0000"; break;
    case 2: text = "\xC3\x28\xED\xA0\x80\xFF\xF8"; break;
    case 3:
      for (int byte = 0; byte < 256; ++byte) text += static_cast<char>(byte);
      break;
    default:
      for (u64 left = below(40); left > 0; --left) text += static_cast<char>(below(256));
    }
    return text;
  }
  template <typename T> std::optional<T> maybe(T value) {
    return coin() ? std::optional<T>(std::move(value)) : std::nullopt;
  }
  template <typename T> void shuffle(std::vector<T>& items) {
    std::shuffle(items.begin(), items.end(), engine_);
  }

private:
  std::mt19937_64 engine_;
};

inline RuleRef random_rule(Random& random) {
  RuleRef rule{.name = "rule" + std::to_string(random.below(4)),
               .name_space = "ns" + std::to_string(random.below(3)),
               .tags = {},
               .meta = {},
               .file = random.text(),
               .file_sha256 = sha256_of(random.text())};
  for (u64 left = random.below(3); left > 0; --left) rule.tags.push_back(random.text());
  for (u64 left = random.below(5); left > 0; --left) {
    MetaValue value = random.text();
    if (random.coin()) value = static_cast<i64>(random.size());
    if (random.below(4) == 0) value = random.coin();
    rule.meta.emplace_back(random.coin() ? "author" : random.text(), value);
  }
  return rule;
}

inline Cause random_cause(Random& random) {
  switch (random.below(4)) {
  case 0: return HashSetHit{random.text(), random.text(), random.text()};
  case 1: return Anomaly{random.text(), random.text()};
  default: return random_rule(random);
  }
}

inline Finding random_finding(Random& random, const StreamId& stream) {
  const auto times = [&] {
    return Times{random.size(), random.size(), random.size(), random.size()};
  };
  Finding finding{.stream = stream,
                  .path = random.text(),
                  .links = {},
                  .stream_name = random.text(),
                  .member = random.maybe(random.text()),
                  .allocated = random.coin(),
                  .size = random.size(),
                  .encoding = static_cast<Encoding>(random.below(4)),
                  .si = random.maybe(times()),
                  .fn = random.maybe(times()),
                  .owner_sid = random.maybe(random.text()),
                  .hashes = hash_all(bytes_of(random.text())),
                  .extents = {},
                  .cause = random_cause(random),
                  .matches = {},
                  .known = random.maybe(HashSetHit{random.text(), random.text(), random.text()}),
                  .log = random.maybe(LogPlace{random.size(), random.maybe(random.text())}),
                  .score = random.maybe(static_cast<int>(random.below(200)) - 100),
                  .place = random.maybe(random.text()),
                  .why = {},
                  .exported = false,
                  .locate = random.text(),
                  .no_locate = random.text()};
  for (u64 left = random.below(3); left > 0; --left) {
    finding.links.push_back(random.text());
    finding.extents.push_back({random.size(), random.maybe(random.size()), random.size()});
    finding.matches.push_back({random.text(),
                               random.size(),
                               random.size(),
                               random.maybe(random.size()),
                               hex(bytes_of(random.text())),
                               {},
                               hex(bytes_of(random.text())),
                               hex(bytes_of(random.text()))});
    if (random.coin())
      finding.matches.back().parts = {{random.size(), random.maybe(random.size()), random.size()}};
    finding.anomalies.push_back({random.text(), random.text()});
    finding.why.push_back({random.text(), -static_cast<int>(random.below(50))});
  }
  if (random.below(3) == 0)
    finding.part =
        Part{random.coin() ? StreamKind::carved : StreamKind::strings_only, random.size()};
  finding.short_name = random.maybe(random.text());
  finding.path_source = random.maybe(random.text());
  if (random.coin()) finding.overwritten = Overwritten{random.size(), random.size()};
  finding.recovered = random.coin();
  return finding;
}

inline Issue random_issue(Random& random) {
  return {.kind = static_cast<IssueKind>(random.below(8)),
          .volume = random.maybe(static_cast<u32>(random.below(3))),
          .record = random.maybe(random.below(100)),
          .path = random.maybe(random.text()),
          .stream_name = random.maybe(random.text()),
          .stage = random.coin() ? "read" : "scan",
          .message = random.text(),
          .bytes = random.size()};
}

/// The parts add up, `skipped_by` included.
inline ByteAccount random_account(Random& random) {
  ByteAccount bytes;
  if (random.below(4) == 0) return bytes; // an empty stream
  if (random.coin()) bytes.scanned = random.below(1u << 20);
  if (random.coin()) bytes.sparse = random.below(1u << 20);
  if (random.coin()) bytes.unreadable = random.below(1u << 20);
  for (u64 left = random.below(3); left > 0; --left) {
    const u64 skipped = random.below(1000);
    bytes.skipped_by[random.coin() ? "over_limit" : random.text()] += skipped;
    bytes.skipped += skipped;
  }
  bytes.planned = bytes.scanned + bytes.sparse + bytes.unreadable + bytes.skipped;
  return bytes;
}

inline Outcome random_outcome(Random& random, const StreamId& stream) {
  Outcome outcome{.stream = stream, .findings = {}, .issues = {}, .bytes = random_account(random)};
  if (random.coin()) outcome.space.owned = random.below(1u << 20);
  if (random.coin()) return outcome;
  if (random.coin()) {
    outcome.space.unreadable = random.below(outcome.space.owned + 1);
    outcome.space.skipped = random.below(outcome.space.owned - outcome.space.unreadable + 1);
  }
  if (random.coin()) outcome.log = LogSpan{"iis", 132592179060000000 + random.below(9), {}};
  if (random.coin()) return outcome;
  for (u64 left = random.below(4); left > 0; --left)
    outcome.findings.push_back(random_finding(random, stream));
  for (u64 left = random.below(3); left > 0; --left) outcome.issues.push_back(random_issue(random));
  return outcome;
}

inline CaseRecord some_case() {
  CaseRecord record;
  record.tool_version = "0.1.0";
  record.tool_commit = "0123abcd";
  record.info = CaseInfo{"2021-17", {}, "N. N.", "The <b>Lab</b>", "two\nlines"};
  record.engines = {{"yara", "4.5.2"}, {"sleuthkit", "4.11.1"}};
  record.image = {.format = "raw",
                  .size = 1_MiB,
                  .segments = {{"disk.001", 1_MiB}},
                  .acquisition = {{"examiner", "N. N."}, {"zone", "lab"}},
                  .stored_hashes = {{"md5", "d41d8cd98f00b204e9800998ecf8427e"}},
                  .computed_hashes = {},
                  .hash_match = {}};
  record.rules = {.sha256 = sha256_of("rules"),
                  .files = {{"a.yar", sha256_of("a"), 3}},
                  .rejected = {{"b.yar", 7, "syntax error"}}};
  record.scope = {"allocated", "deleted"};
  record.options = {{"timeout", "60"}};
  return record;
}

inline VolumeRecord some_volume(u32 id, VolumeStatus status = VolumeStatus::swept) {
  VolumeRecord volume;
  volume.id = id;
  volume.locator = "p" + std::to_string(id);
  volume.offset = id * 1_MiB;
  volume.size = 1_MiB;
  volume.filesystem = "ntfs";
  volume.cluster_size = 4096;
  volume.status = status;
  volume.rest = {.size = 1_MiB,
                 .metadata = 4096,
                 .skipped = 1_MiB - 4096,
                 .skipped_by = {{"slack_not_in_scope", id}, {"efs", 1_MiB - 4096 - id}}};
  return volume;
}

/// Everything that a journal is given, in one order.
struct CaseContent {
  std::vector<VolumeRecord> volumes;
  std::vector<Outcome> outcomes;
  std::vector<Issue> issues;
};

inline CaseContent random_case(Random& random, u64 streams) {
  CaseContent content;
  content.volumes = {some_volume(1), some_volume(2), some_volume(3, VolumeStatus::locked)};
  for (u64 i = 0; i < streams; ++i) {
    const StreamId stream{.volume = static_cast<u32>(1 + i % 2),
                          .record = i / 3,
                          .sequence = 1,
                          .attribute = static_cast<u16>(i % 7)};
    content.outcomes.push_back(random_outcome(random, stream));
    content.volumes.at(i % 2).rest.size += content.outcomes.back().space.owned;
  }
  for (u64 left = random.below(12); left > 0; --left)
    content.issues.push_back(random_issue(random));
  return content;
}

inline Journal journal_of(const CaseContent& content, const std::filesystem::path& folder) {
  Journal journal = Journal::create(folder);
  journal.set_case(some_case());
  for (const VolumeRecord& volume : content.volumes) journal.add_volume(volume);
  for (const Issue& issue : content.issues) journal.add_issue(issue);
  for (const Outcome& outcome : content.outcomes) journal.write(outcome);
  journal.flush();
  return journal;
}

/// Keeps a copy for every second finding.
inline void keep_copies(CaseContent& content, const std::filesystem::path& folder) {
  const EvidenceStore store(folder);
  u64 number = 0;
  for (Outcome& outcome : content.outcomes)
    for (Finding& finding : outcome.findings) {
      if (++number % 2 != 0) continue;
      const std::string bytes = "content " + std::to_string(number);
      finding.hashes = hash_all(bytes_of(bytes));
      finding.exported = true;
      store.keep(finding.hashes.sha256, bytes_of(bytes));
    }
}

inline std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void overwrite(const std::filesystem::path& path, const std::string& content) {
  std::filesystem::remove(path); // evidence copies are read-only
  std::ofstream(path, std::ios::binary) << content;
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

} // namespace coldsweep::test

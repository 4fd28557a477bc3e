// SPDX-License-Identifier: Apache-2.0
// An untrusted case folder -> the first thing wrong with it. The manifest is read once, line by
// line; only the hashes of the evidence copies that it names stay in memory. One thread.
#include "manifest/seal.h"

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "manifest/evidence_store.h"
#include "manifest/file_list.h"
#include "manifest/line_fields.h"
#include "manifest/line_reader.h"
#include "manifest/record.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

namespace fs = std::filesystem;

constexpr const char* kManifest = "manifest.jsonl";

/// The place of a finding in the manifest's order: volume, record, attribute, kind, sequence; the
/// part of the stream and its member; the namespace and name of the rule (or an empty text and the
/// name of the hash set or anomaly); the line of the log.
using PartKey = std::optional<std::pair<std::size_t, u64>>;
using FindingKey = std::tuple<u64, u64, u64, std::size_t, u64, PartKey, std::optional<std::string>,
                              std::string, std::string, std::optional<u64>>;

/// The order of kinds is that of the enumeration, not of their names.
std::size_t rank_of_kind(const std::string& name) {
  std::size_t rank = 0;
  for (std::string_view known; (known = name_of(static_cast<StreamKind>(rank))) != "unknown";
       ++rank)
    if (known == name) return rank;
  throw FormatError("this version does not know its `kind`");
}

FindingKey key_of(const LineFields& fields) {
  // Findings outside of records are in the order of clusters, which is not stated in the line.
  if (!fields.has_value("record"))
    return {fields.number("volume"), kNoRecord, 0, 0, 0, {}, {}, {}, {}, {}};
  const bool is_part = fields.has("within.kind");
  const std::size_t kind = rank_of_kind(fields.text("kind"));
  const bool by_rule = fields.has("rule.name");
  const char* name = by_rule                       ? "rule.name"
                     : fields.has("hash_set.name") ? "hash_set.name"
                                                   : "anomaly.name";
  return {fields.number("volume"),
          fields.number("record"),
          fields.number("attribute_id"),
          is_part ? rank_of_kind(fields.text("within.kind")) : kind,
          fields.number("sequence"),
          is_part ? PartKey({kind, fields.number("within.offset")}) : PartKey(),
          fields.text_or_null("member"),
          by_rule ? fields.text("rule.namespace") : std::string(),
          fields.text(name),
          fields.has("log.line") ? std::optional(fields.number("log.line")) : std::nullopt};
}

class CaseCheck {
public:
  explicit CaseCheck(fs::path case_folder) : folder_(std::move(case_folder)) {}

  void run() {
    check_manifest();
    check_evidence();
  }

  Verification result;

private:
  void check_manifest() {
    if (!is_plain_file(folder_ / kManifest))
      throw Problem(fmt::format("{}: not a plain file", kManifest));
    LineReader lines(folder_ / kManifest);
    while (std::optional<std::string_view> line = lines.next()) {
      try {
        check_line(*line);
      } catch (const Problem&) {
        throw;
      } catch (const FormatError& error) {
        lines.fail(error.what());
      }
      if (!sealed_) continue;
      if (lines.next()) lines.fail("it comes after the seal");
      return;
    }
    throw Problem(
        fmt::format("{}: it ends after {} lines without a seal", kManifest, result.records));
  }

  void check_line(std::string_view line) {
    const LineFields fields = LineFields::parse(line);
    enter_section(fields.text("type"));
    if (sealed_) return check_seal(fields, line);
    hasher_.add(line);
    hasher_.add("\n");
    ++result.records;
    switch (section_) {
    case kCase: return check_case(fields);
    case kVolume: return check_volume(fields);
    case kFinding: return check_finding(fields);
    case kIssue: return check_issue(fields);
    case kCoverage: return check_coverage(fields);
    default: return;
    }
  }

  void enter_section(const std::string& type) {
    const auto* found = std::find(kSections.begin(), kSections.end(), type);
    if (found == kSections.end())
      throw FormatError(fmt::format("a record of unknown type: `{}`", printable(type)));
    const auto section = static_cast<Section>(found - kSections.begin());
    if (result.records == 0 && section != kCase)
      throw FormatError(fmt::format("expected a `case` record, not `{}`", type));
    if (result.records > 0 && (section == kCase || section < section_))
      throw FormatError(fmt::format("a `{}` record does not belong after a `{}` record", type,
                                    kSections.at(section_)));
    section_ = section;
    sealed_ = section == kSeal;
  }

  static void check_case(const LineFields& fields) {
    if (fields.text("schema") != kManifestSchema)
      throw FormatError(fmt::format("expected schema `{}`", kManifestSchema));
  }

  void check_volume(const LineFields& fields) {
    const u64 id = fields.number("id");
    if (!volumes_.empty() && id <= *volumes_.rbegin())
      throw FormatError(fmt::format("volume {} is not in the order of ids", id));
    volumes_.insert(id);
    if (fields.text("status") == name_of(VolumeStatus::swept)) swept_.insert(id);
  }

  void check_finding(const LineFields& fields) {
    ++result.findings;
    FindingKey key = key_of(fields);
    if (!volumes_.contains(std::get<0>(key)))
      throw FormatError(fmt::format("volume {} is not listed", std::get<0>(key)));
    if (result.findings > 1 && key < last_finding_)
      throw FormatError("it is not in order: it belongs before the previous finding");
    last_finding_ = std::move(key);
    if (!fields.flag("exported")) return;
    const std::string& sha256 = fields.text("hashes.sha256");
    const fs::path copy = EvidenceStore::relative_path(sha256);
    if (!is_plain_file(folder_ / copy))
      throw FormatError(fmt::format("its copy {} is missing", copy.string()));
    named_.insert(sha256);
  }

  void check_issue(const LineFields& fields) {
    ++result.issues;
    if (!issue_kind(fields.text("kind")))
      throw FormatError("this version does not know its `kind`");
  }

  void check_coverage(const LineFields& fields) {
    const u64 volume = fields.number("volume");
    if (swept_.empty() || volume != *swept_.begin())
      throw FormatError(fmt::format("coverage of volume {} does not belong here", volume));
    swept_.erase(swept_.begin());
    if (fields.sum({"streams.scanned", "streams.skipped", "streams.failed"}) !=
        fields.number("streams.planned"))
      throw FormatError("its streams don't add up to the planned ones");
    if (fields.sum({"bytes.scanned", "bytes.sparse", "bytes.skipped", "bytes.unreadable"}) !=
        fields.number("bytes.planned"))
      throw FormatError("its bytes don't add up to the planned ones");
    if (fields.sum({"clusters.streams", "clusters.slack", "clusters.unallocated",
                    "clusters.metadata", "clusters.skipped", "clusters.unreadable"}) !=
        fields.number("clusters.size"))
      throw FormatError("its clusters don't add up to the volume");
    if (fields.sum_within("skipped_by") != fields.number("bytes.skipped"))
      throw FormatError("`skipped_by` does not add up to the skipped bytes");
  }

  /// No hash covers the seal, so it must be exactly the line that the lines before it give.
  void check_seal(const LineFields& fields, std::string_view line) {
    if (!swept_.empty())
      throw FormatError(fmt::format("the coverage of volume {} is missing", *swept_.begin()));
    const std::string sha256 = hasher_.finish();
    const auto require = [&](const char* what, u64 counted) {
      const u64 sealed = fields.number(what);
      if (sealed != counted)
        throw FormatError(
            fmt::format("the seal says {} {}, but there are {}", sealed, what, counted));
    };
    require("records", result.records);
    require("findings", result.findings);
    require("issues", result.issues);
    if (fields.text("sha256") != sha256)
      throw FormatError(
          fmt::format("the hash of the lines before the seal is {}, but the seal says {}", sha256,
                      printable(fields.text("sha256"))));
    if (line != manifest_line(SealRecord{result.records, result.findings, result.issues, sha256}))
      throw FormatError("the seal is not in the form that coldsweep writes");
  }

  void check_evidence() {
    const fs::path evidence = folder_ / "evidence";
    if (!fs::exists(fs::symlink_status(evidence))) return;
    for (const fs::path& folder : entries(evidence)) {
      const std::string shown = "evidence/" + folder.filename().string();
      if (!fs::is_directory(fs::symlink_status(folder))) fail(shown, "no finding names it");
      for (const fs::path& file : entries(folder)) {
        check_copy(file, shown + "/" + file.filename().string());
        ++result.evidence_files;
      }
    }
  }

  void check_copy(const fs::path& file, const std::string& shown) const {
    const std::string name = file.filename().string();
    if (!named_.contains(name) || EvidenceStore::relative_path(name) != fs::path(shown))
      fail(shown, "no finding names it");
    if (!is_plain_file(file)) fail(shown, "not a plain file");
    const std::string sha256 = sha256_of_file(file);
    if (sha256 != name) fail(shown, "its hash is " + sha256);
  }

  [[noreturn]] static void fail(const std::string& file, const std::string& why) {
    throw Problem(fmt::format("{}: {}", printable(file), why));
  }

  /// Sorted by name, so that the same case always gives the same first problem.
  static std::set<fs::path> entries(const fs::path& folder) {
    std::set<fs::path> paths;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder))
      paths.insert(entry.path());
    return paths;
  }

  enum Section : std::size_t { kCase, kVolume, kFinding, kIssue, kCoverage, kSeal };
  static constexpr std::array<std::string_view, 6> kSections{"case",  "volume",   "finding",
                                                             "issue", "coverage", "seal"};

  fs::path folder_;
  Hasher hasher_{HashKind::sha256};
  Section section_ = kCase;
  bool sealed_ = false;
  std::set<u64> volumes_, swept_; // swept_: coverage line still expected
  FindingKey last_finding_;
  std::unordered_set<std::string> named_;
};

void require_sealed(const fs::path& folder) {
  if (!fs::is_directory(folder))
    throw UsageError(fmt::format("{}: no such case folder", folder.string()));
  if (fs::exists(fs::symlink_status(folder / kManifest))) return;
  if (fs::exists(folder / "case.db") || fs::exists(folder / "manifest.jsonl.partial"))
    throw Error(fmt::format("{} is not sealed: the sweep was interrupted", folder.string()));
  throw Error(fmt::format("{}: not a case folder: there is no {}", folder.string(), kManifest));
}

} // namespace

Verification verify_case(const fs::path& case_folder) {
  require_sealed(case_folder);
  CaseCheck check(case_folder);
  try {
    check.run();
    check_file_list(case_folder);
  } catch (const FormatError& problem) {
    check.result.first_problem = problem.what();
  }
  return check.result;
}

} // namespace coldsweep

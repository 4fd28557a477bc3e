// SPDX-License-Identifier: Apache-2.0
// Whatever goes wrong while one stream is examined costs that stream, says so, and nothing else.
#include "base/case_write_error.h"
#include "base/file.h"
#include "examine/guarded_examiner.h"
#include "manifest/evidence_store.h"
#include "manifest/sqlite.h"
#include "support/archive_writer.h"
#include "support/catch.h"
#include "support/hash_all.h"
#include "support/ntfs_image.h"
#include "support/run_sweep.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <new>
#include <set>
#include <utility>

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

namespace fs = std::filesystem;

const std::string kMarker = "coldsweep-marker-2034";
constexpr const char* kRules = R"(
rule marker { strings: $m = "coldsweep-marker-2034" condition: $m }
rule line : log { strings: $m = "marker-2034 in a log" condition: $m })";

fs::path image_of_all_kinds(NtfsImage& image) {
  image.file("plain.txt", kMarker).stream("hidden", kMarker + " hidden");
  image.file("other.txt", "nothing of interest");
  image.file("empty.txt");
  image.file("large.bin", pattern(2_MiB));
  image.file("tools.zip", make_archive("zip", {{"a.txt", kMarker + " a"}, {"b.txt", "b"}}));
  image.file("inetpub/logs/LogFiles/W3SVC1/u_ex210302.log",
             "#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n"
             "#Date: 2021-03-02 00:00:00\r\n#Fields: date time cs-uri-stem\r\n"
             "2021-03-02 00:00:01 /coldsweep-marker-2034 in a log\r\n");
  image.file("ends.txt ", "a suspicious name");
  image.file("gone.txt", kMarker + " deleted").deleted();
  return image.build();
}

/// Calls `before` and `after` with the number of the stream, counted from 1 over all threads.
class Interfering final : public Examiner {
public:
  using Interfere = std::function<void(u64 number)>;
  Interfering(std::unique_ptr<Examiner> inner, std::atomic<u64>& count, Interfere before,
              Interfere after)
      : inner_(std::move(inner)), count_(count), before_(std::move(before)),
        after_(std::move(after)) {}

  Outcome examine(const SweptVolume& volume, const StreamRef& stream) override {
    const u64 number = ++count_;
    if (before_) before_(number);
    Outcome outcome = inner_->examine(volume, stream);
    if (after_) after_(number);
    return outcome;
  }
  FilterCounts take_filter_counts() override { return inner_->take_filter_counts(); }

private:
  std::unique_ptr<Examiner> inner_;
  std::atomic<u64>& count_;
  Interfere before_, after_;
};

Swept swept_with(const fs::path& image, const SweepOptions& options, std::atomic<u64>& count,
                 const Interfering::Interfere& before, const Interfering::Interfere& after = {}) {
  const WrapExaminer wrap = [&](std::unique_ptr<Examiner> inner) {
    return std::make_unique<Interfering>(std::move(inner), count, before, after);
  };
  return run_sweep_with(image, kRules, options, {.wrap = wrap});
}

bool is_of(const nlohmann::json& finding, const nlohmann::json& issue) {
  return finding.at("record") == issue.at("record") &&
         finding.at("stream") == issue.at("stream").get<std::string>();
}

void check_verified(const Swept& swept) {
  const Verification verified = verify_case(swept.case_folder());
  CAPTURE(verified.first_problem.value_or(""));
  CHECK(!verified.first_problem);
}

/// One issue stands for the lost stream, and everything else is as in the whole sweep.
void check_only_one_is_lost(const Swept& swept, const Swept& whole, const std::string& kind) {
  require_balanced(swept);
  check_verified(swept);
  CHECK(swept.result.incomplete);
  REQUIRE(swept.issues.size() == whole.issues.size() + 1);
  const auto lost = std::find_if(swept.issues.begin(), swept.issues.end(),
                                 [](const auto& issue) { return issue.at("stage") == "examine"; });
  REQUIRE(lost != swept.issues.end());
  CHECK(lost->at("kind") == kind);
  CHECK(lost->at("path").is_string());
  std::vector<nlohmann::json> left, expected;
  for (const nlohmann::json& finding : swept.findings)
    if (!is_of(finding, *lost)) left.push_back(finding);
  for (const nlohmann::json& finding : whole.findings)
    if (!is_of(finding, *lost)) expected.push_back(finding);
  CHECK(left == expected);
  u64 skipped = 0;
  for (const nlohmann::json& coverage : swept.coverage)
    if (const auto& by = coverage.at("skipped_by"); by.contains(kind))
      skipped += by.at(kind).get<u64>();
  CHECK(skipped == lost->at("bytes"));
}

} // namespace

TEST_CASE("a stream whose examination throws costs one issue and no other stream's findings") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 16_MiB});
  const fs::path path = image_of_all_kinds(image);
  std::atomic<u64> streams{0};
  SweepOptions options;
  options.threads = 0;
  const Swept whole = swept_with(path, options, streams, {});
  CHECK(whole.issues.empty());
  CHECK(whole.findings.size() >= 6);
  REQUIRE(streams >= 10);

  const bool after = GENERATE(false, true);
  const u32 threads = after ? 2 : 0;
  for (u64 n = 1; n <= streams; ++n) {
    CAPTURE(n, after);
    options.threads = threads;
    std::atomic<u64> count{0};
    const auto interfere = [&](u64 number) {
      if (number == n) throw std::out_of_range("thrown by a test");
    };
    const Swept swept = after ? swept_with(path, options, count, {}, interfere)
                              : swept_with(path, options, count, interfere);
    CHECK(count == streams);
    CHECK(swept.has_issue("not examined: thrown by a test", "crashed"));
    check_only_one_is_lost(swept, whole, "crashed");
  }
}

TEST_CASE("a stream for which memory ran out is over a limit, and what is no exception a crash") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 16_MiB});
  const fs::path path = image_of_all_kinds(image);
  std::atomic<u64> streams{0};
  SweepOptions options;
  options.threads = 0;
  const Swept whole = swept_with(path, options, streams, {});
  for (u64 n = 1; n <= streams; n += 5) {
    CAPTURE(n);
    std::atomic<u64> count{0};
    check_only_one_is_lost(swept_with(path, options, count,
                                      [&](u64 number) {
                                        if (number == n) throw std::bad_alloc();
                                      }),
                           whole, "over_limit");
    count = 0;
    check_only_one_is_lost(swept_with(path, options, count,
                                      [&](u64 number) {
                                        if (number == n) throw n;
                                      }),
                           whole, "crashed");
  }
}

TEST_CASE("a case folder that can't be written to ends a sweep") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 16_MiB});
  const fs::path path = image_of_all_kinds(image);
  std::atomic<u64> count{0};
  CHECK_THROWS_AS(
      swept_with(path, {}, count, [](u64) { throw CaseWriteError("no space left for a test"); }),
      CaseWriteError);

  TempDir folder;
  File::create(folder / "evidence"); // where the folder should be
  CHECK_THROWS_AS(EvidenceStore(folder.path()).keep(sha256_of(kMarker), bytes_of(kMarker)),
                  CaseWriteError);
}

TEST_CASE("a hash set that fails in the middle of a sweep is one issue, and is left out") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 16_MiB});
  for (int i = 0; i < 40; ++i) image.file(fmt::format("{}.txt", i), fmt::format("content {}", i));
  image.file("plain.txt", kMarker);
  const fs::path path = image.build();

  // As NSRL's RDSv3, large enough to have index pages besides the first one.
  TempDir folder;
  const fs::path nsrl = folder / "rds.db";
  File::create(nsrl);
  {
    Database database(nsrl);
    database.run("PRAGMA page_size=1024; CREATE TABLE FILE (sha256 PRIMARY KEY, file_name, "
                 "package_id) WITHOUT ROWID; BEGIN");
    for (int i = 0; i < 2000; ++i)
      database.run(fmt::format("INSERT INTO FILE VALUES (upper('{}'), 'known.txt', 1)",
                               sha256_of(fmt::format("content {}", i)))
                       .c_str());
    database.run("COMMIT");
  }
  SweepOptions options;
  options.known_good = {nsrl};
  const Swept whole = run_sweep(path, kRules, options);
  CHECK(whole.issues.empty());
  CHECK(!whole.result.incomplete);

  // All pages but the schema's and the root's: the set can be opened, but hardly any hash looked
  // up.
  const std::string bytes = read_text(nsrl);
  File damaged = File::create(folder / "damaged.db");
  damaged.write(0, bytes_of(bytes.substr(0, 2048)));
  damaged.write(2048, bytes_of(std::string(bytes.size() - 2048, '\xA5')));
  options.known_good = {folder / "damaged.db"};
  for (const u32 threads : {0U, 2U}) {
    CAPTURE(threads);
    options.threads = threads;
    const Swept swept = run_sweep(path, kRules, options);
    require_balanced(swept);
    check_verified(swept);
    CHECK(swept.result.incomplete);
    REQUIRE(swept.issues.size() == 1);
    CHECK(swept.issues.at(0).at("stage") == "hash_set");
    CHECK(swept.has_issue("hash set damaged.db failed in the middle of the sweep"));
    CHECK(swept.paths() == whole.paths());
  }
}

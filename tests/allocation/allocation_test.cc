// SPDX-License-Identifier: Apache-2.0
// One allocation fails, and then none: at whichever place of a sweep that is, nothing ends the
// process, nothing is lost in silence, and a sealed case verifies.
#include "allocation/failing_new.h"

#include "base/file.h"
#include "base/out_of_memory.h"
#include "base/subprocess.h"
#include "manifest/seal.h"
#include "manifest/sqlite.h"
#include "support/archive_writer.h"
#include "support/catch.h"
#include "support/effort.h"
#include "support/hash_all.h"
#include "support/ntfs_image.h"
#include "support/run_sweep.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

namespace fs = std::filesystem;

const std::string kMarker = "coldsweep-marker-6120";
constexpr const char* kRules = R"(
rule marker { strings: $m = "coldsweep-marker-6120" condition: $m }
rule named { strings: $m = "marker-6120" condition: $m and filename contains "page" }
rule line : log { strings: $m = "marker-6120 in a log" condition: $m })";

/// Archives, a log, WOF, hard links, and files that hash sets have.
fs::path write_image(NtfsImage& image) {
  image.file("plain.txt", kMarker).stream("hidden", kMarker + " hidden");
  image.file("page.aspx", kMarker + " page").hard_link("second page.aspx");
  image.file("other.txt", "nothing of interest");
  image.file("tool.exe", "a tool that is on a list");
  image.file("known.exe", "a known file");
  image.file("large.bin", pattern(2_MiB));
  image.file("site.zip", make_archive("zip", {{"a.txt", kMarker + " a"},
                                              {"inner.zip",
                                               make_archive("zip", {{"b.txt", kMarker + " b"}})}}));
  image.file("mail.eml",
             "From: a@example.com\r\nMIME-Version: 1.0\r\n"
             "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
             "Content-Type: text/plain; name=page.txt\r\n\r\ncoldsweep-marker-6120\r\n--b--\r\n");
  image.file("inetpub/logs/LogFiles/W3SVC1/u_ex210302.log",
             "#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n"
             "#Date: 2021-03-02 00:00:00\r\n#Fields: date time cs-uri-stem\r\n"
             "2021-03-02 00:00:01 /coldsweep-marker-6120 in a log\r\n");
  if (can_compress_wof())
    image.wof_file("compact.txt", Content(kMarker + std::string(3000, ' ')),
                   Encoding::wof_xpress4k);
  image.file("gone.txt", kMarker + " deleted").deleted();
  for (int i = 0; i < 150; ++i) image.file(fmt::format("many/{}.txt", i), "more than one batch");
  return image.build();
}

SweepOptions with_hash_sets(const TempDir& folder) {
  SweepOptions options;
  File list = File::create(folder / "bad.txt");
  list.append(bytes_of(sha256_of("a tool that is on a list") + "\n"));
  File::create(folder / "rds.db");
  Database database(folder / "rds.db");
  database.run("CREATE TABLE FILE (sha256 PRIMARY KEY, file_name, package_id) WITHOUT ROWID");
  database.run(fmt::format("INSERT INTO FILE VALUES (upper('{}'), 'known.exe', 1)",
                           sha256_of("a known file"))
                   .c_str());
  options.known_bad = {folder / "bad.txt"};
  options.known_good = {folder / "rds.db"};
  return options;
}

/// Notes at which allocation the first stream begins and the last one ends.
struct Phases {
  u64 begin = 0, end = 0;
};

class Noting final : public Examiner {
public:
  Noting(std::unique_ptr<Examiner> inner, Phases& phases)
      : inner_(std::move(inner)), phases_(phases) {}
  Outcome examine(const SweptVolume& volume, const StreamRef& stream) override {
    if (phases_.begin == 0) phases_.begin = allocations();
    Outcome outcome = inner_->examine(volume, stream);
    phases_.end = allocations();
    return outcome;
  }

private:
  std::unique_ptr<Examiner> inner_;
  Phases& phases_;
};

struct Attempt {
  std::optional<Swept> swept; ///< absent: it ended with an exception
  std::string failure;
  u64 allocations = 0;
};

/// A sweep whose `fail_at`th allocation fails. Rules and hash sets are loaded before.
Attempt attempt(const fs::path& image, const SweepOptions& options, u64 fail_at,
                const WrapExaminer& wrap = {}) {
  Attempt result;
  try {
    const auto counted = [&](const std::function<void()>& sweep) {
      const Counting counting(fail_at);
      sweep();
      result.allocations = allocations();
    };
    result.swept = run_sweep_with(image, kRules, options, {.wrap = wrap, .around = counted});
  } catch (const std::exception& e) {
    result.failure = e.what();
  }
  return result;
}

/// The second of two, since some things are done once in a process.
Attempt clean_attempt(const fs::path& image, const SweepOptions& options, Phases& phases) {
  REQUIRE(attempt(image, options, 0).swept);
  return attempt(image, options, 0, [&](std::unique_ptr<Examiner> inner) {
    return std::make_unique<Noting>(std::move(inner), phases);
  });
}

void check_verified(const fs::path& case_folder) {
  const Verification verified = verify_case(case_folder);
  CAPTURE(verified.first_problem.value_or(""));
  CHECK(!verified.first_problem);
}

/// Whether everything is as in the whole sweep. If not, one issue must name what was lost.
bool is_complete(const Swept& swept, const Swept& whole) {
  if (swept.manifest == whole.manifest) return true;
  CHECK(swept.result.incomplete);
  REQUIRE(swept.issues.size() == whole.issues.size() + 1);
  nlohmann::json lost;
  for (const nlohmann::json& issue : swept.issues)
    if (std::find(whole.issues.begin(), whole.issues.end(), issue) == whole.issues.end())
      lost = issue;
  CAPTURE(lost.dump());
  const auto others = [&](const Swept& of) {
    std::vector<nlohmann::json> findings;
    for (nlohmann::json finding : of.findings) {
      if (finding.at("record") == lost.at("record")) continue;
      finding.erase("why"); // has what was created about then, the lost one perhaps
      finding.erase("score");
      findings.push_back(std::move(finding));
    }
    return findings;
  };
  CHECK(others(swept) == others(whole));
  return false;
}

} // namespace

TEST_CASE("whichever allocation fails while streams are examined, one stream is lost at most") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 16_MiB});
  const fs::path path = write_image(image);
  const TempDir folder;
  SweepOptions options = with_hash_sets(folder);
  options.threads = GENERATE(0U, 2U);

  Phases phases;
  const Attempt clean = clean_attempt(path, options, phases);
  REQUIRE(clean.swept);
  CHECK(clean.swept->issues.empty());
  CHECK(clean.swept->findings.size() >= 10);
  REQUIRE(phases.begin < phases.end);
  REQUIRE(phases.end < clean.allocations);

  u64 lost = 0, absorbed = 0;
  const u64 checks = rounds(options.threads == 0 ? 100 : 25);
  const u64 step = std::max<u64>(1, (phases.end - phases.begin) / checks);
  for (u64 n = phases.begin + 1; n < phases.end; n += step) {
    CAPTURE(n);
    const Attempt one = attempt(path, options, n);
    CAPTURE(one.failure);
    REQUIRE(one.swept);
    require_balanced(*one.swept);
    check_verified(one.swept->case_folder());
    ++(is_complete(*one.swept, *clean.swept) ? absorbed : lost);
  }
  CAPTURE(phases.begin, phases.end, lost, absorbed);
  CHECK(lost > 0);
}

TEST_CASE("if an allocation fails before or after, there is a case that verifies or a message") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 16_MiB});
  const fs::path path = write_image(image);
  const TempDir folder;
  SweepOptions options = with_hash_sets(folder);
  options.threads = 0;
  Phases phases;
  const Attempt clean = clean_attempt(path, options, phases);
  REQUIRE(clean.swept);
  const u64 step = std::max<u64>(1, (clean.allocations - (phases.end - phases.begin)) / rounds(40));
  for (u64 n = 1; n <= clean.allocations; n += step) {
    if (n > phases.begin && n < phases.end) continue;
    CAPTURE(n);
    // In a process of its own, because destructors of nlohmann's values allocate.
    const ChildAnswer answer = ask_child(
        [&] {
          ::setenv("TMPDIR", folder.path().c_str(), 1); // what is left there goes with it
          end_with_message_on_terminate(0);
          const Attempt one = attempt(path, options, n);
          if (!one.swept) return "message: " + one.failure;
          require_balanced(*one.swept);
          if (verify_case(one.swept->case_folder()).first_problem)
            return std::string("not verified");
          const bool said = one.swept->result.incomplete;
          return std::string(said || one.swept->manifest == clean.swept->manifest ? "fine"
                                                                                  : "silent");
        },
        std::chrono::seconds(300));
    CAPTURE(answer.failure, answer.output.value_or("none"));
    if (!answer.output) {
      CHECK(answer.failure.find("signal") == std::string::npos);
      continue;
    }
    CHECK((*answer.output == "fine" || answer.output->size() > std::string("message: ").size()));
    CHECK(*answer.output != "silent");
    CHECK(*answer.output != "not verified");
  }
}

// SPDX-License-Identifier: Apache-2.0
// The small disks of the shared cases that went wrong once, with the right answer for each.
#include "base/file.h"
#include "support/catch.h"
#include "support/disk_image.h"
#include "support/program.h"
#include "support/run_tool.h"
#include "support/shared_images.h"

#include <optional>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

using Path = std::filesystem::path;

/// The folder of the cases; absent without them, or without xz to unpack them.
std::optional<Path> cases() {
  return have_tool("xz") ? shared_folder("cases/disks") : std::nullopt;
}

Path unpacked(const Path& folder, const std::string& name, const TempDir& into) {
  return write_text(into / name, must_run({"xz", "-dc", folder / (name + ".xz")}));
}

void require_files(const Path& folder, const char* truth, const Truth& files) {
  const nlohmann::json truths = nlohmann::json::parse(read_text(folder / "truth.json"));
  for (const auto& [path, known] : truths.at(truth).items()) {
    CAPTURE(path);
    REQUIRE(files.contains(path));
    CHECK(files.at(path) == known.at(1));
  }
}

} // namespace

TEST_CASE("the odd disks of the shared cases have the right files at the right place") {
  const std::optional<Path> folder = cases();
  if (!folder) SKIP("no shared cases, or no xz");
  struct Case {
    const char *name, *truth;
    u64 offset;
  };
  for (const Case& of :
       {Case{"01-table-wiped.raw", "base", 1_MiB}, Case{"02-guest-before-mft.raw", "host", 0},
        Case{"03-mbr-4096.raw", "s4k", 1_MiB}, Case{"04-entry-short.raw", "base", 1_MiB},
        Case{"07-raw-with-vhd-footer.raw", "base", 0}, Case{"08-footer-lost.vhd", "base", 0},
        Case{"09-gpt-backup-not-last.raw", "base", 1_MiB}, Case{"12-clusters-128k.raw", "c128", 0},
        Case{"13-free-records.raw", "base", 0}, Case{"16-oem-id.raw", "base", 0}}) {
    CAPTURE(of.name);
    const TempDir work;
    const Swept swept = run_sweep(unpacked(*folder, of.name, work), kEveryStream);
    require_files(*folder, of.truth, swept_files(swept, of.offset));
    CHECK(locators(swept).size() == 1);
  }
}

TEST_CASE("free records of the shared cases are no issue") {
  const std::optional<Path> folder = cases();
  if (!folder) SKIP("no shared cases, or no xz");
  const TempDir work;
  const Swept swept = run_sweep(unpacked(*folder, "13-free-records.raw", work), kEveryStream);
  CHECK(swept.issues.empty());
  CHECK_FALSE(swept.result.incomplete);
}

TEST_CASE("placeholders of the shared cases are named, and not scanned as zeros") {
  const std::optional<Path> folder = cases();
  if (!folder) SKIP("no shared cases, or no xz");
  const TempDir work;
  const Swept swept = run_sweep(unpacked(*folder, "05-placeholders.raw", work), kEveryStream);
  CHECK(swept.issues_of_kind("unsupported") == 4);
  CHECK(swept.coverage.at(0).at("skipped_by").at("placeholder") == 4 * 123'456);
  CHECK(swept.result.incomplete);
}

TEST_CASE("acquisition errors of the shared cases are unreadable, and the case line lists them") {
  const std::optional<Path> folder = cases();
  if (!folder) SKIP("no shared cases, or no xz");
  const Swept swept = run_sweep(*folder / "06-acquisition-errors.E01", kEveryStream);
  CHECK(swept.has_issue("could not be read when it was acquired", "unreadable"));
  CHECK(swept.case_record.dump().find("\"offset\":1216512") != std::string::npos); // sector 2376
  CHECK(swept.coverage.at(0).at("bytes").at("unreadable") > 0);
  CHECK(swept.result.incomplete);
}

TEST_CASE("the VMDK of the shared cases whose descriptor is in windows-1252 is swept") {
  const std::optional<Path> folder = cases();
  if (!folder) SKIP("no shared cases, or no xz");
  const TempDir work;
  std::string base = read_text(unpacked(*folder, "07-raw-with-vhd-footer.raw", work));
  base.resize(base.size() - 512); // without the footer
  write_text(work / "Büro-flat.vmdk", base);
  const Path disk = write_text(work / "disk.vmdk", read_text(*folder / "10-vmdk" / "disk.vmdk"));
  require_files(*folder, "base", swept_files(run_sweep(disk, kEveryStream), 0));
}

// SPDX-License-Identifier: Apache-2.0
// What rules are told about the archives around a member and about content, in a sweep and when it
// is checked again.
#include "support/archive_writer.h"
#include "support/catch.h"
#include "support/ntfs_image.h"
#include "support/program.h"
#include "support/run_sweep.h"

#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

const std::string kMarker = "coldsweep-marker-4713";

std::string source_rule(const std::string& name, const std::string& source) {
  return fmt::format(
      "rule {} {{ strings: $a = \"{}\" condition: $a and unpack_source == \"{}\" }}\n", name,
      kMarker, source);
}

} // namespace

TEST_CASE("rules read what a member is unpacked from, and verify tells them the same") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const std::string zip = make_archive("zip", {{"a.txt", kMarker}});
  const std::string tar = make_archive("ustar", {{"a.txt", kMarker}}, "gzip");
  const std::string mail = "From: a@b.c\r\nTo: d@e.f\r\nSubject: g\r\nMIME-Version: 1.0\r\n"
                           "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
                           "Content-Type: text/plain; name=\"a.txt\"\r\n\r\n" +
                           kMarker + "\r\n--b--\r\n";
  NtfsImage image({.size = 16_MiB});
  image.file("plain.txt", kMarker);
  image.file("a.zip", zip);
  image.file("a.tar.gz", tar);
  image.file("a.eml", mail);
  image.file("stub.exe", "MZ" + std::string(5000, 'x') + zip);
  image.file("deep.7z", make_archive("7zip", {{"a.zip", zip}, {"a.tar.gz", tar}}));
  const std::filesystem::path path = image.build();
  const std::string rules =
      source_rule("plain", "") + source_rule("in_zip", "ZIP") + source_rule("in_targz", "TARGZ") +
      source_rule("in_mail", "EMAIL") + source_rule("in_deep_zip", "7ZIP>ZIP") +
      source_rule("in_deep_tar", "7ZIP>TARGZ") +
      fmt::format("rule hashed {{ condition: sha256 == \"{}\" and unpack_parent == \"TARGZ\" and "
                  "level > 2 }}\n",
                  sha256_of(kMarker));
  SweepOptions options;
  options.define = {"level=3", "site=a b"};
  const Swept swept = run_sweep(path, rules, options);
  CHECK(swept.case_record.at("options").at("define") == "level=3\nsite=a b");
  using Found = std::set<std::pair<std::string, std::string>>;
  Found found;
  for (const nlohmann::json& f : swept.findings)
    if (f.at("member").is_string() || f.at("path") == "/plain.txt")
      found.emplace(f.at("path").get<std::string>(), f.at("rule").at("name").get<std::string>());
  CHECK(found == Found{{"/plain.txt", "plain"},
                       {"/a.zip", "in_zip"},
                       {"/stub.exe", "in_zip"},
                       {"/a.tar.gz", "in_targz"},
                       {"/a.tar.gz", "hashed"},
                       {"/a.eml", "in_mail"},
                       {"/deep.7z", "in_deep_zip"},
                       {"/deep.7z", "in_deep_tar"},
                       {"/deep.7z", "hashed"}});

  const TempDir folder;
  const std::string file = write_text(folder / "test.yar", rules).string();
  const ToolResult checked =
      run_program({"verify", swept.case_folder().string(), "--image", path.string(), "-r", file});
  INFO(checked.out);
  CHECK(checked.status == 0);
  CHECK(checked.out.find(" 0 differ, 0 not checkable") != std::string::npos);
  CHECK(checked.out.find(fmt::format("evaluated again for {} of them", swept.findings.size())) !=
        std::string::npos);
}

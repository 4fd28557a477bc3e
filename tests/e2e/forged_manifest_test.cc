// SPDX-License-Identifier: Apache-2.0
// A manifest is as hostile as an image, even under a seal that holds: whatever number it states,
// verify, the reports and the exports end, with a documented status.
#include "base/file.h"
#include "manifest/record.h"
#include "recheck/recheck.h"
#include "report/formats.h"
#include "support/archive_writer.h"
#include "support/catch.h"
#include "support/ntfs_image.h"
#include "support/program.h"
#include "support/run_sweep.h"
#include "support/shared_images.h"

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;
using Catch::Matchers::ContainsSubstring;
using nlohmann::ordered_json;

namespace {

constexpr const char* kMarkerRule =
    "rule marker { strings: $m = \"coldsweep-marker\" condition: $m }";

/// A case of a small image, whose lines can be changed and sealed again.
struct Forged {
  NtfsImage image{{.size = 16_MiB}};
  std::filesystem::path path;
  Swept swept;
  std::vector<std::string> lines; ///< without the seal

  Forged() : path(built()), swept(run_sweep(path, kMarkerRule)) {
    std::istringstream text(swept.manifest);
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    lines.pop_back();
  }

  std::filesystem::path built() {
    const std::string marker = "coldsweep-marker";
    image.file("resident.aspx", marker);
    image.file("pieces.aspx", std::string(9000, 'y') + marker + std::string(60'000, 'y'))
        .fragmented(6);
    image.file("compressed.aspx", marker + std::string(150'000, 'z') + marker).compressed();
    image.file("site.zip", make_archive("zip", {{"page.aspx", marker}}));
    return image.build();
  }

  void write(const std::vector<std::string>& changed) const {
    std::string text;
    SealRecord seal;
    for (const std::string& line : changed) {
      text += line + "\n";
      ++seal.records;
      if (line.starts_with("{\"type\":\"finding\"")) ++seal.findings;
      if (line.starts_with("{\"type\":\"issue\"")) ++seal.issues;
    }
    seal.sha256 = sha256_of(text);
    write_text(swept.case_folder() / "manifest.jsonl", text + manifest_line(seal) + "\n");
    std::filesystem::remove(swept.case_folder() / "files.sha256");
  }

  /// What verify, verify --image and every report say of the case; none of them may fail in
  /// another way than by naming what is wrong with it.
  void judge() const {
    const std::filesystem::path folder = swept.case_folder();
    const Verification verified = verify_case(folder);
    if (verified.first_problem) return;
    try {
      const report::SealedCase sealed(folder);
      for (const report::Format& format : report::formats())
        format.write(sealed, [](std::string_view) {});
      report::write_terminal_page(sealed, [](std::string_view) {});
      const Image opened = open_image({path});
      recheck({sealed, folder, opened, nullptr},
              [](const report::FindingRow&, const Rechecked&) {});
    } catch (const FormatError&) {
    } catch (const UsageError&) { // another size of the media
    }
  }
};

/// The places of all numbers in a line.
std::vector<ordered_json::json_pointer> numbers_in(const ordered_json& line) {
  std::vector<ordered_json::json_pointer> places;
  const ordered_json flat = line.flatten();
  for (const auto& [place, value] : flat.items())
    if (value.is_number()) places.emplace_back(place);
  return places;
}

} // namespace

TEST_CASE("whatever a number in a sealed manifest is, verify and the reports end") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const Forged forged;
  const std::vector<std::string> hostile{"18446744073709551615",
                                         "4611686018427387904",
                                         "9223372036854775807",
                                         "-1",
                                         "-9223372036854775808",
                                         "1e308",
                                         "0",
                                         "\"x\"",
                                         "null",
                                         "[{}]"};
  u64 tried = 0;
  for (std::size_t i = 0; i < forged.lines.size(); ++i) {
    const ordered_json line = ordered_json::parse(forged.lines[i]);
    for (const ordered_json::json_pointer& place : numbers_in(line)) {
      // Every number with two values; those that many lines have get all in the end.
      for (const std::size_t h : {tried % hostile.size(), (tried + 3) % hostile.size()}) {
        ordered_json changed = line;
        changed[place] = ordered_json::parse(hostile[h]);
        std::vector<std::string> lines = forged.lines;
        lines[i] = changed.dump();
        forged.write(lines);
        INFO(place.to_string() << " = " << hostile[h]);
        REQUIRE_NOTHROW(forged.judge());
      }
      ++tried;
    }
  }
  CHECK(tried > 100);
}

TEST_CASE("a content that no sweep can have hashed is a difference, and is not read") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const Forged forged;
  for (const char* size : {"18446744073709551615", "4611686018427387904", "1099511627776"}) {
    std::vector<std::string> lines = forged.lines;
    for (std::string& line : lines) {
      if (!line.starts_with("{\"type\":\"finding\"")) continue;
      ordered_json json = ordered_json::parse(line);
      json["size"] = ordered_json::parse(size);
      json["matches"] = ordered_json::array();
      line = json.dump();
    }
    forged.write(lines);
    const ToolResult result = run_program(
        {"verify", forged.swept.case_folder().string(), "--image", forged.path.string()});
    INFO(result.out << result.err);
    CHECK(result.status == 3);
    CHECK_THAT(result.out, ContainsSubstring("more than a sweep hashes on such media"));
  }
}

TEST_CASE("a resealed manifest that gives a file the content of another differs") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const Forged forged;
  const auto line_of = [&](const std::string& path) {
    std::size_t at = 0;
    while (forged.lines.at(at).find("\"path\":\"" + path) == std::string::npos) ++at;
    return at;
  };
  std::vector<std::string> lines = forged.lines;
  forged.write(lines);
  const std::string folder = forged.swept.case_folder().string();
  CHECK(run_program({"verify", folder, "--image", forged.path.string()}).status == 0);
  ordered_json json = ordered_json::parse(lines[line_of("/pieces.aspx")]);
  const ordered_json other = ordered_json::parse(lines[line_of("/resident.aspx")]);
  const std::string own = json.at("hashes").at("sha256");
  std::filesystem::remove(forged.swept.case_folder() / "evidence" / own.substr(0, 2) / own);
  for (const char* field : {"size", "hashes", "extents", "matches"}) json[field] = other.at(field);
  lines[line_of("/pieces.aspx")] = json.dump();
  forged.write(lines);
  const ToolResult result = run_program({"verify", folder, "--image", forged.path.string()});
  INFO(result.out << result.err);
  CHECK(result.status == 3);
  CHECK_THAT(result.out, ContainsSubstring("/pieces.aspx") &&
                             ContainsSubstring("extent 1: the manifest says 16 bytes from 0 at"));
}

TEST_CASE("a field of another type is a difference, with file and line, in all commands") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const Forged forged;
  std::vector<std::string> lines = forged.lines;
  std::size_t at = 0;
  while (!lines.at(at).starts_with("{\"type\":\"finding\"")) ++at;
  ordered_json json = ordered_json::parse(lines[at]);
  json["size"] = -1;
  lines[at] = json.dump();
  forged.write(lines);
  const std::string folder = forged.swept.case_folder().string();
  const std::string place = fmt::format("manifest.jsonl line {}: `size`", at + 1);
  const ToolResult verify = run_program({"verify", folder, "--image", forged.path.string()});
  CHECK(verify.status == 3);
  CHECK_THAT(verify.out, ContainsSubstring("DIFFERS: " + place));
  const ToolResult report = run_program({"report", folder});
  CHECK(report.status == 3);
  CHECK_THAT(report.err, ContainsSubstring(place));
}

TEST_CASE("a name of very many archives within each other is a difference") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const Forged forged;
  std::vector<std::string> lines = forged.lines;
  std::string deep = "page.aspx";
  for (int i = 0; i < 2000; ++i) deep += "!/page.aspx";
  for (std::string& line : lines) {
    if (!line.starts_with("{\"type\":\"finding\"")) continue;
    ordered_json json = ordered_json::parse(line);
    if (json["member"].is_null()) continue;
    json["member"] = deep;
    line = json.dump();
  }
  forged.write(lines);
  REQUIRE_NOTHROW(forged.judge());
  CHECK(
      run_program({"verify", forged.swept.case_folder().string(), "--image", forged.path.string()})
          .status == 3);
}

TEST_CASE("an MFT record of very many extents is refused") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const Forged forged;
  std::vector<std::string> lines = forged.lines;
  for (std::string& line : lines) {
    if (!line.starts_with("{\"type\":\"finding\"")) continue;
    ordered_json json = ordered_json::parse(line);
    json["kind"] = "name";
    json["extents"] = ordered_json::array();
    for (int i = 0; i < 2000; ++i)
      json["extents"].push_back({{"offset", i * 65536}, {"media_offset", 0}, {"length", 65536}});
    line = json.dump();
  }
  forged.write(lines);
  const ToolResult result =
      run_program({"verify", forged.swept.case_folder().string(), "--image", forged.path.string()});
  CHECK_THAT(result.out, ContainsSubstring("its MFT record has more than 65536 bytes"));
}

TEST_CASE("the forged manifest of the shared cases is refused in no time") {
  const std::optional<std::filesystem::path> images = shared_images_folder();
  if (!images) SKIP("no shared cases");
  const std::filesystem::path shared =
      images->parent_path() / "cases/hostile/07_forged_manifest.jsonl";
  if (!std::filesystem::exists(shared)) SKIP("no shared cases");
  TempDir folder;
  std::filesystem::create_directory(folder / "case");
  std::filesystem::copy_file(shared, folder / "case/manifest.jsonl");
  File::create(folder / "media.raw").resize(8_MiB);
  const ToolResult result = run_program(
      {"verify", (folder / "case").string(), "--image", (folder / "media.raw").string()});
  INFO(result.out << result.err);
  CHECK(result.status == 3);
}

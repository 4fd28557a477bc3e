// SPDX-License-Identifier: Apache-2.0
// `coldsweep export`: a bag checked against the text of RFC 8493, with sha256sum as the other side.
#include "support/catch.h"
#include "support/ntfs_image.h"
#include "support/program.h"

#include "base/hash.h"
#include "support/temp_dir.h"

#include <set>
#include <sstream>

using namespace coldsweep;
using namespace coldsweep::test;
using Catch::Matchers::ContainsSubstring;

namespace {

namespace fs = std::filesystem;

struct SealedScene {
  NtfsImage image{{.size = 8_MiB}};
  TempDir folder;

  SealedScene() {
    image.file("a.txt", "coldsweep-marker-1138");
    write_text(folder / "rule.yar",
               "rule marker { strings: $m = \"coldsweep-marker-1138\" condition: $m }");
    write_text(folder / "info.toml", "case_number = \"17\"\nagency = \"A Lab\"\n"
                                     "notes = \"one\\nBagging-Date: 2000-01-01\"\n");
    const ToolResult swept = sweep_program(
        image.build(), case_folder(),
        {"-r", (folder / "rule.yar").string(), "--case-info", (folder / "info.toml").string()});
    REQUIRE(swept.status == 0);
  }
  fs::path case_folder() const { return folder / "case"; }
  ToolResult bag(const fs::path& to) const {
    return run_program({"export", case_folder().string(), "--bagit", to.string()});
  }
};

/// The paths of all files below a folder.
std::set<std::string> files_below(const fs::path& folder) {
  std::set<std::string> paths;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      paths.insert(entry.path().lexically_relative(folder).generic_string());
  return paths;
}

/// The paths in a list with `hash  path` on each line. The hash must be the file's.
std::set<std::string> listed(const fs::path& bag, const char* list) {
  std::set<std::string> paths;
  std::istringstream lines(read_text(bag / list));
  for (std::string line; std::getline(lines, line);) {
    REQUIRE(line.size() > 66);
    CHECK(line.substr(64, 2) == "  ");
    CHECK(sha256_of_file(bag / line.substr(66)) == line.substr(0, 64));
    CHECK(paths.insert(line.substr(66)).second);
  }
  return paths;
}

} // namespace

TEST_CASE("a bag holds every file of the case that it lists, and complies with RFC 8493") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const SealedScene scene;
  const fs::path bag = scene.folder / "bag";
  REQUIRE(scene.bag(bag).status == 0);
  CHECK(read_text(bag / "bagit.txt") == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
  std::set<std::string> payload;
  u64 bytes = 0;
  for (const std::string& path : files_below(bag / "data")) {
    payload.insert("data/" + path);
    bytes += fs::file_size(bag / "data" / path);
    CHECK(read_text(bag / "data" / path) == read_text(scene.case_folder() / path));
  }
  CHECK(payload.size() == 4); // manifest.jsonl, report.html, run.json, and one copy
  CHECK(listed(bag, "manifest-sha256.txt") == payload);
  CHECK(listed(bag, "tagmanifest-sha256.txt") ==
        std::set<std::string>{"bag-info.txt", "bagit.txt", "manifest-sha256.txt"});
  const std::string info = read_text(bag / "bag-info.txt");
  CHECK_THAT(info, ContainsSubstring("Source-Organization: A Lab\n"));
  CHECK_THAT(info, ContainsSubstring("External-Identifier: 17\n"));
  CHECK_THAT(info, ContainsSubstring("Payload-Oxum: " + std::to_string(bytes) + ".4\n"));
  CHECK(info.find("\nBagging-Date") == std::string::npos); // the one in the notes stays in its line
  must_run({"sh", "-c",
            "cd \"$1\" && sha256sum --strict -c manifest-sha256.txt tagmanifest-sha256.txt", "sh",
            bag.string()});
  CHECK(run_program({"verify", (bag / "data").string()}).status == 0);
}

TEST_CASE("two bags of a case are byte-identical") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const SealedScene scene;
  fs::create_directory(scene.folder / "one"); // an empty folder is accepted
  REQUIRE(scene.bag(scene.folder / "one").status == 0);
  REQUIRE(scene.bag(scene.folder / "two").status == 0);
  must_run({"diff", "-r", (scene.folder / "one").string(), (scene.folder / "two").string()});
}

TEST_CASE("a case that does not verify, or a folder that is not empty, yields no bag") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const SealedScene scene;
  CHECK(scene.bag(scene.folder.path()).status == 2);
  CHECK(scene.bag(scene.case_folder() / "bag").status == 2);
  CHECK(!fs::exists(scene.case_folder() / "bag"));
  CHECK(run_program({"export", scene.case_folder().string()}).status == 2);
  CHECK(run_program({"export", (scene.folder / "none").string(), "--bagit",
                     (scene.folder / "bag").string()})
            .status == 2);

  std::string manifest = read_text(scene.case_folder() / "manifest.jsonl");
  manifest[manifest.size() / 2] ^= 1;
  write_text(scene.case_folder() / "manifest.jsonl", manifest);
  const ToolResult refused = scene.bag(scene.folder / "bag");
  CHECK(refused.status == 3);
  CHECK_THAT(refused.err, ContainsSubstring("manifest.jsonl"));
  CHECK(!fs::exists(scene.folder / "bag"));
}

TEST_CASE("a zip of a case needs its password, and holds the case byte for byte") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const std::string unzip = have_tool("7zz") ? "7zz" : "7z"; // Debian 12 and 13
  if (!have_tool(unzip)) SKIP("no 7zz or 7z");
  const SealedScene scene;
  const auto exported = [&](const fs::path& to, const std::vector<std::string>& more = {}) {
    std::vector<std::string> all{"export", scene.case_folder().string(), "--zip", to.string()};
    all.insert(all.end(), more.begin(), more.end());
    return run_program(all);
  };
  const fs::path zip = scene.folder / "case.zip", other = scene.folder / "other.zip";
  REQUIRE(exported(zip).status == 0);
  CHECK(exported(zip).status == 2); // it exists
  const auto unpacked = [&](const fs::path& from, const std::string& password,
                            const std::string& into) {
    return run_tool({unzip, "x", "-y", "-p" + password, "-o" + (scene.folder / into).string(),
                     from.string()})
        .status;
  };
  REQUIRE(unpacked(zip, "infected", "right") == 0);
  CHECK(unpacked(zip, "wrong", "wrong") != 0);
  const ToolResult listed = run_tool({unzip, "l", "-slt", "-pinfected", zip.string()});
  CHECK_THAT(listed.out, ContainsSubstring("AES-256"));

  u64 files = 0;
  for (const fs::directory_entry& entry :
       fs::recursive_directory_iterator(scene.folder / "right")) {
    if (!entry.is_regular_file()) continue;
    ++files;
    const fs::path name = entry.path().lexically_relative(scene.folder / "right");
    CAPTURE(name.string());
    CHECK(sha256_of_file(entry.path()) == sha256_of_file(scene.case_folder() / name));
  }
  CHECK(files == 4); // manifest, page, run, the copy
  CHECK(run_program({"verify", (scene.folder / "right").string()}).status == 0);

  REQUIRE(exported(other, {"--zip-password", "another one"}).status == 0);
  CHECK(unpacked(other, "another one", "other") == 0);
  CHECK(run_program({"export", scene.case_folder().string()}).status == 2);
  CHECK(run_program({"export", scene.case_folder().string(), "--bagit", "x", "--zip-password", "x"})
            .status == 2);
}

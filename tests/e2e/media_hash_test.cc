// SPDX-License-Identifier: Apache-2.0
// --image-hash: the whole media against the hash that the image states, with ewfacquire and our own
// hashes as the other side.
#include "support/catch.h"
#include "support/hash_all.h"
#include "support/ntfs_image.h"
#include "support/program.h"
#include "support/run_sweep.h"

#include <sstream>

using namespace coldsweep;
using namespace coldsweep::test;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

u32 adler32(std::string_view bytes) {
  u32 a = 1, b = 0;
  for (const char c : bytes) {
    a = (a + static_cast<unsigned char>(c)) % 65521;
    b = (b + a) % 65521;
  }
  return b << 16 | a;
}

void put32(std::string& bytes, std::size_t at, u32 value) {
  for (std::size_t i = 0; i < 4; ++i) bytes.at(at + i) = static_cast<char>(value >> (8 * i) & 0xff);
}

/// Changes the MD5 in each section that states one, and fixes the section's checksum. Returns how
/// many there were.
int change_stored_md5(const std::filesystem::path& image) {
  std::string bytes = read_text(image);
  int changed = 0;
  for (const auto& [name, hashed] :
       {std::pair<std::string, std::size_t>{"hash", 32}, {"digest", 76}}) {
    const std::string type = name + std::string(16 - name.size(), '\0');
    for (std::size_t at = 0; (at = bytes.find(type, at)) != std::string::npos; ++at) {
      if (at + 76 + hashed + 4 > bytes.size()) continue;
      bytes[at + 76] = static_cast<char>(bytes[at + 76] ^ 0x01);
      put32(bytes, at + 76 + hashed, adler32(std::string_view(bytes).substr(at + 76, hashed)));
      ++changed;
    }
  }
  write_text(image, bytes);
  return changed;
}

struct Media {
  NtfsImage image{{.size = 8_MiB}};
  TempDir folder;
  std::filesystem::path raw;

  Media() {
    image.file("a.txt", "coldsweep-marker-1138");
    raw = image.build();
    write_text(folder / "rule.yar",
               "rule marker { strings: $m = \"coldsweep-marker-1138\" condition: $m }");
  }
  std::filesystem::path acquired() const {
    must_run({"ewfacquire", "-u", "-t", (folder / "disk").string(), "-f", "encase6", "-S", "1EiB",
              raw.string()});
    return folder / "disk.E01";
  }
  ToolResult sweep(const std::filesystem::path& path, std::vector<std::string> more = {}) const {
    more.insert(more.end(), {"-r", (folder / "rule.yar").string()});
    std::filesystem::remove_all(folder / "case");
    return sweep_program(path, folder / "case", more);
  }
  std::vector<json> lines() const {
    std::vector<json> all;
    std::istringstream manifest(read_text(folder / "case" / "manifest.jsonl"));
    for (std::string line; std::getline(manifest, line);) all.push_back(json::parse(line));
    return all;
  }
  json image_record() const { return lines().front().at("image"); }
};

} // namespace

TEST_CASE("an E01 is compared with the MD5 it stores, with worker threads and without") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  if (!have_tool("ewfacquire")) SKIP("no ewfacquire");
  const Media media;
  const std::filesystem::path acquired = media.acquired();
  for (const char* threads : {"2", "0"}) {
    const ToolResult swept = media.sweep(acquired, {"-t", threads});
    CHECK(swept.status == 0);
    const json image = media.image_record();
    CHECK(!media.lines().front().at("engines").at("ewf").get<std::string>().empty());
    CHECK(image.at("hash_match") == true);
    CHECK(image.at("computed_hashes").at("md5") == hash_all(bytes_of(read_text(media.raw))).md5);
    CHECK(image.at("computed_hashes").at("sha256").is_null());
    CHECK_THAT(swept.out, ContainsSubstring("matches the hashes"));
  }
}

TEST_CASE(
    "an E01 that states a wrong MD5 is reported on the terminal and in the manifest, and exits 3") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  if (!have_tool("ewfacquire")) SKIP("no ewfacquire");
  const Media media;
  const std::filesystem::path acquired = media.acquired();
  REQUIRE(change_stored_md5(acquired) > 0);
  const ToolResult swept = media.sweep(acquired);
  CHECK(swept.status == 3);
  CHECK_THAT(swept.err, ContainsSubstring("WARNING: the media does not have the hash"));
  CHECK(media.image_record().at("hash_match") == false);
  CHECK(media.image_record().at("computed_hashes").at("md5") !=
        media.image_record().at("stored_hashes").at("md5"));
  u64 issues = 0;
  for (const json& line : media.lines())
    if (line.at("type") == "issue" && line.at("stage") == "hash") {
      ++issues;
      CHECK(line.at("kind") == "malformed");
    }
  CHECK(issues == 1);
  const std::string folder = (media.folder / "case").string();
  CHECK(run_program({"verify", folder}).status == 0);
  CHECK_THAT(run_program({"report", folder}).out, ContainsSubstring("DOES NOT MATCH"));
  CHECK_THAT(read_text(media.folder / "case" / "report.html"), ContainsSubstring("does not match"));

  CHECK(media.sweep(acquired, {"--image-hash", "none"}).status == 0);
  CHECK(media.image_record().at("computed_hashes").is_null());
  CHECK(media.image_record().at("hash_match").is_null());
}

TEST_CASE("E01 media that can't be read to its end has no hash, and the manifest says why") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  if (!have_tool("ewfacquire")) SKIP("no ewfacquire");
  const Media media;
  must_run({"ewfacquire", "-u", "-t", (media.folder / "plain").string(), "-f", "encase6", "-S",
            "1EiB", "-c", "none", media.raw.string()});
  const std::filesystem::path acquired = media.folder / "plain.E01";
  std::string bytes = read_text(acquired);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x01);
  write_text(acquired, bytes);
  CHECK(media.sweep(acquired).status == 3);
  CHECK(media.image_record().at("computed_hashes").is_null());
  CHECK(media.image_record().at("hash_match").is_null());
  u64 issues = 0;
  for (const json& line : media.lines())
    if (line.at("type") == "issue" && line.at("stage") == "hash") {
      ++issues;
      CHECK(line.at("kind") == "unreadable");
    }
  CHECK(issues == 1);
}

TEST_CASE("a raw image stores no hash: none is computed, or SHA-256 if requested") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const Media media;
  CHECK(media.sweep(media.raw).status == 0);
  CHECK(media.image_record().at("computed_hashes").is_null());
  CHECK(media.sweep(media.raw, {"--image-hash", "sha256"}).status == 0);
  const json image = media.image_record();
  const std::string other = must_run({"sha256sum", media.raw.string()}).substr(0, 64);
  CHECK(image.at("computed_hashes") ==
        json{{"md5", nullptr}, {"sha1", nullptr}, {"sha256", other}});
  CHECK(image.at("hash_match").is_null());
}

// SPDX-License-Identifier: Apache-2.0
// Third-party images, against what fls and icat of The Sleuth Kit say about them.
#include "support/catch.h"
#include "support/content.h"
#include "support/run_sweep.h"
#include "support/shared_images.h"
#include "support/tsk_oracle.h"

#include <map>
#include <tuple>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

using Key = std::tuple<u64, u64, u64, std::string>;

bool named(const nlohmann::json& finding, const std::string& path) {
  if (finding.at("path") == path) return true;
  const nlohmann::json& links = finding.at("links");
  return std::find(links.begin(), links.end(), path) != links.end();
}

std::map<Key, nlohmann::json> by_stream(const Swept& swept) {
  std::map<u64, u64> offsets;
  for (const nlohmann::json& volume : swept.volumes) offsets[volume.at("id")] = volume.at("offset");
  std::map<Key, nlohmann::json> findings;
  for (const nlohmann::json& f : swept.findings)
    if (f.at("kind") == "data" && f.at("member").is_null())
      findings[{offsets.at(f.at("volume")), f.at("record"), f.at("attribute_id"), f.at("stream")}] =
          f;
  return findings;
}

SweepOptions with_system_streams() {
  SweepOptions options;
  options.scope.system = true;
  return options;
}

} // namespace

TEST_CASE("every stream that The Sleuth Kit lists on the shared images is found, byte for byte") {
  const std::vector<SharedImage> images = shared_images();
  if (images.empty()) SKIP("no shared images here");
  for (const SharedImage& image : images) {
    CAPTURE(image.name);
    const TempDir unpacked;
    const Swept swept = run_sweep(unpack(image, unpacked), kEveryStream, with_system_streams());
    require_balanced(swept);
    const std::map<Key, nlohmann::json> findings = by_stream(swept);
    std::size_t compared = 0;
    for (const OracleStream& stream : load_oracle(image.oracle)) {
      if (stream.size == 0) continue;
      CAPTURE(stream.path, stream.stream, stream.record);
      const auto found =
          findings.find({stream.volume_offset, stream.record, stream.attribute_id, stream.stream});
      REQUIRE(found != findings.end());
      const nlohmann::json& f = found->second;
      CHECK(named(f, stream.path));
      CHECK(f.at("size") == stream.size);
      CHECK(f.at("allocated") == stream.allocated);
      CHECK(f.at("hashes").at("sha256") == stream.sha256);
      CHECK(f.at("hashes").at("md5") == stream.md5);
      ++compared;
    }
    CHECK(compared > 5);
  }
}

TEST_CASE("image 7 of the Digital Forensics Tool Testing project yields its published MD5s") {
  const std::optional<SharedImage> image = shared_image("7-ntfs-undel.dd");
  if (!image) SKIP("no shared images here");
  const TempDir unpacked;
  const Swept swept = run_sweep(unpack(*image, unpacked), kEveryStream, with_system_streams());
  const std::vector<std::tuple<u64, std::string, std::string>> published{
      {37, "", "9036637712b491904cd0bfbdbe648453"}, {31, "", "59b20779f69ff9f0ac5fcd2c38835a79"},
      {32, "", "ffd27bd782bdce67750b6b9ee069d2ef"}, {32, "ADS", "ba1b9eedb1c091ddca253d35dde8f616"},
      {29, "", "7a3bc5b763bef201202108f4ba128149"}, {30, "", "0e80ab84ef0087e60dfc67b88a1cf13e"},
      {36, "", "59cf0e9cd107bc1e75afb7374f6e05bb"}, {35, "", "21121699487f3fbbdb9a4b3391b6d3e0"},
      {38, "", "c229626f6a71b167ad7e50c4f2fccdb1"}};
  for (const auto& [record, stream, md5] : published) {
    CAPTURE(record, stream);
    const bool found =
        std::any_of(swept.findings.begin(), swept.findings.end(), [&](const nlohmann::json& f) {
          return f.at("record") == record && f.at("stream") == stream &&
                 f.at("hashes").at("md5") == md5 && f.at("allocated") == false;
        });
    CHECK(found);
  }
}

TEST_CASE("a file that is missing from its folder's index is found by its record") {
  const std::optional<SharedImage> image = shared_image("ntfs3.raw");
  if (!image) SKIP("no shared images here");
  const TempDir unpacked;
  const nlohmann::json f = run_sweep(unpack(*image, unpacked), kEveryStream).finding("/test/1.txt");
  REQUIRE(!f.is_null());
  CHECK(f.at("record") == 28);
  CHECK(f.at("allocated") == true);
  CHECK(f.at("size") == 286671);
}

TEST_CASE("deleted files on the shared images are scanned as icat recovers them") {
  const std::vector<SharedImage> images = shared_images();
  if (images.empty() || !Tsk::available()) SKIP("no shared images here, or no sleuthkit");
  std::size_t compared = 0;
  for (const SharedImage& shared : images) {
    CAPTURE(shared.name);
    const TempDir unpacked;
    const std::filesystem::path path = unpack(shared, unpacked);
    const Swept swept = run_sweep(path, kEveryStream);
    std::map<u64, u64> offsets;
    for (const nlohmann::json& volume : swept.volumes)
      offsets[volume.at("id")] = volume.at("offset");
    for (const nlohmann::json& f : swept.findings) {
      if (f.at("allocated") == true || f.at("hashes").at("sha256").is_null()) continue;
      CAPTURE(f.at("path").get<std::string>(), f.at("stream").get<std::string>());
      const Tsk tsk(path, offsets.at(f.at("volume")));
      const std::optional<std::string> theirs =
          tsk.read(f.at("record"), f.at("attribute_id"), Tsk::Recover::yes);
      REQUIRE(theirs);
      CHECK(sha256_of(*theirs) == f.at("hashes").at("sha256").get<std::string>());
      ++compared;
    }
  }
  CHECK(compared >= 9);
}

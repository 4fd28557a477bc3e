// SPDX-License-Identifier: Apache-2.0
// The manifest is a function of image, rules and options. Others can check its offsets.
#include "base/file.h"
#include "base/hash.h"
#include "support/catch.h"
#include "support/random_tree.h"
#include "support/run_sweep.h"

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

constexpr const char* kRules = R"(
rule every_stream { condition: filesize > 0 }
rule pairs { strings: $a = /[a-z]{3}[0-9]/ $b = { 00 01 [1-4] ?? 04 } condition: any of them }
)";

std::string unhex(const std::string& digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  return bytes;
}

} // namespace

TEST_CASE("the manifest is byte-identical with any number of threads, and when made twice") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image = random_tree(7);
  const std::filesystem::path path = image.build();
  const std::string before = sha256_of_file(path);
  SweepOptions options;
  const std::string first = run_sweep(path, kRules, options).manifest;
  CHECK(first.size() > 10000);
  for (const u32 threads : {1u, 2u, 8u, 8u}) {
    options.threads = threads;
    CHECK(run_sweep(path, kRules, options).manifest == first);
  }
  options.memory = 16_MiB;
  CHECK(run_sweep(path, kRules, options).manifest == first);
  CHECK(sha256_of_file(path) == before);
}

TEST_CASE("each media offset leads to the bytes that matched") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  u64 checked = 0;
  for (const u64 seed : {3u, 4u, 5u}) {
    NtfsImage image = random_tree(seed);
    const std::filesystem::path path = image.build();
    const File media = File::open(path);
    for (const nlohmann::json& f : run_sweep(path, kRules).findings) {
      for (const nlohmann::json& match : f.at("matches")) {
        if (match.at("media_offset").is_null()) continue;
        // A match across extents is contiguous only to the end of the first one.
        const u64 offset = match.at("offset");
        u64 contiguous = 0;
        for (const nlohmann::json& e : f.at("extents"))
          if (e.at("offset") <= offset &&
              offset < e.at("offset").get<u64>() + e.at("length").get<u64>())
            contiguous = e.at("offset").get<u64>() + e.at("length").get<u64>() - offset;
        std::string expected = unhex(match.at("data"));
        expected.resize(std::min<u64>(expected.size(), contiguous));
        REQUIRE(!expected.empty());
        std::string found(expected.size(), '\0');
        media.read(match.at("media_offset"), std::as_writable_bytes(std::span(found)));
        CHECK(found == expected);
        ++checked;
      }
    }
  }
  CHECK(checked > 100);
}

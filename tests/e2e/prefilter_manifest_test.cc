// SPDX-License-Identifier: Apache-2.0
// Neither the prefilter nor reading large streams in pieces changes a byte of a manifest.
#include "support/catch.h"
#include "support/effort.h"
#include "support/random_tree.h"
#include "support/run_sweep.h"
#include "support/shared_images.h"
#include "support/sources.h"

#include "base/file.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

constexpr const char* kRules = R"(
rule words { strings: $a = "test" nocase wide ascii $b = "file" $c = /[0-9]{3,6}\.[a-z]{3}/ condition: 2 of them }
rule program { strings: $a = "This program" condition: uint16(0) == 0x5A4D and $a }
rule large { strings: $a = { 00 00 01 ?? [2-6] 00 } condition: filesize > 100KB and $a }
rule nowhere { strings: $a = "a string that stands nowhere at all" condition: $a }
rule marked { strings: $a = "coldsweep marker" nocase condition: $a }
rule far { strings: $a = /mark(er)?[^x]{0,900}x/ $b = "and another" condition: $a and $b }
rule at_the_end { condition: filesize > 1MB and uint32be(filesize - 4) == 0x656E6421 }
rule named { strings: $a = "marker" condition: filename == "named.bin" and not $a }
rule record : log { strings: $a = "coldsweep marker" nocase condition: $a }
)";

SweepOptions everything() {
  SweepOptions options;
  options.scope.unallocated = options.scope.slack = options.scope.system = true;
  return options;
}

template <typename Image>
Swept require_same_without(const Image& image, const SweepOptions& options = everything()) {
  SweepOptions without = options;
  without.prefilter = false;
  Swept swept = run_sweep(image, kRules, options);
  REQUIRE(swept.manifest == run_sweep(image, kRules, without).manifest);
  return swept;
}

/// Random bytes with texts laid over them.
std::string with_texts(u64 size, u64 seed, const std::vector<std::pair<u64, std::string>>& texts) {
  std::string content = pattern(size, seed).bytes();
  for (const auto& [offset, text] : texts) content.replace(offset, text.size(), text);
  return content;
}

std::set<std::string> rules_at(const Swept& swept, const std::string& path) {
  std::set<std::string> rules;
  for (const nlohmann::json& f : swept.findings)
    if (f.at("path") == path && f.at("kind") == "data" && !f.at("rule").is_null())
      rules.insert(f.at("rule").at("name").get<std::string>());
  return rules;
}

} // namespace

TEST_CASE("manifests of random images are byte-identical with and without the prefilter") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  for (const u64 seed : {21u, 22u, 23u}) {
    CAPTURE(seed);
    NtfsImage image = random_tree(seed);
    CHECK_FALSE(require_same_without(image.build()).findings.empty());
  }
}

TEST_CASE("manifests of all shared images are byte-identical with and without the prefilter") {
  std::vector<SharedImage> images = shared_images();
  if (images.empty()) SKIP("no shared images here");
  images.resize(std::min<std::size_t>(images.size(), rounds(16)));
  for (const SharedImage& image : images) {
    CAPTURE(image.name);
    const TempDir unpacked;
    SweepOptions options; // their free space is gigabytes
    options.scope.system = true;
    CHECK_FALSE(require_same_without(unpack(image, unpacked), options).findings.empty());
  }
}

TEST_CASE("reading a large stream in pieces hides nothing, wherever it is") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const u64 piece = 256_KiB, size = 3_MiB;
  const std::string marker = "Coldsweep Marker";
  NtfsImage image({.size = 64_MiB});
  image.file("quiet.bin", pattern(size, 1));
  for (const u64 cut : {piece, 5 * piece})
    for (const u64 before : {u64{1}, u64{8}, u64{15}})
      image.file(fmt::format("cut-{}-{}.bin", cut, before),
                 with_texts(size, cut + before, {{cut - before, marker}}));
  image.file("far.bin",
             with_texts(size, 2, {{piece - 500, "mark "}, {piece + 300, "x"}, {9, "and another"}}));
  image.file("end.bin", with_texts(size, 3, {{size - 4, "end!"}}));
  image.file("last.bin", with_texts(size, 4, {{size - marker.size(), marker}}));
  image.file("named.bin", pattern(size, 5)).hard_link("other.bin");
  image.file("packed.bin", text(size, 6)).compressed();
  image.file("packed-marked.bin", text(2_MiB, 7).bytes() + marker + text(1_MiB, 8).bytes())
      .compressed();
  image.file("pieces.bin", with_texts(size, 9, {{4 * piece - 3, marker}})).fragmented(40);
  image.file("half.bin", with_texts(size, 10, {{size - 100, marker}})).initialized(size / 2);
  image.file("Logs/big.log", text(size, 11).bytes() + "\n" + marker + "\n");
  const Swept swept = require_same_without(image.build());
  for (const u64 cut : {piece, 5 * piece})
    for (const u64 before : {1, 8, 15})
      CHECK(rules_at(swept, fmt::format("/cut-{}-{}.bin", cut, before)).contains("marked"));
  CHECK(rules_at(swept, "/far.bin").contains("far"));
  CHECK(rules_at(swept, "/end.bin").contains("at_the_end"));
  CHECK(rules_at(swept, "/last.bin").contains("marked"));
  CHECK(rules_at(swept, "/named.bin").contains("named"));
  CHECK(rules_at(swept, "/packed-marked.bin").contains("marked"));
  CHECK(rules_at(swept, "/pieces.bin").contains("marked"));
  CHECK_FALSE(rules_at(swept, "/half.bin").contains("marked"));
  CHECK(rules_at(swept, "/Logs/big.log").contains("record"));
  CHECK_FALSE(rules_at(swept, "/quiet.bin").contains("marked"));
}

TEST_CASE(
    "unreadable parts of a large stream are reported the same with and without the prefilter") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 32_MiB});
  image.file("large.bin", with_texts(12_MiB, 1, {{11_MiB, "coldsweep marker"}}));
  image.file("larger.bin", pattern(4_MiB, 2));
  const File media = File::open(image.build());
  std::string bytes(32_MiB, '\0');
  media.read(0, std::as_writable_bytes(std::span(bytes)));
  const std::size_t marker = bytes.find("coldsweep marker");
  REQUIRE(marker != std::string::npos);
  const auto faulty = std::make_shared<FaultySource>(std::make_shared<MemorySource>(bytes));
  faulty->unreadable(marker - 6_MiB, 256_KiB).unreadable(marker - 256, 64);
  const Swept swept = require_same_without<SourcePtr>(faulty, {});
  CHECK(swept.issues_of_kind("unreadable") == 1);
  CHECK(rules_at(swept, "/large.bin").contains("marked"));
}

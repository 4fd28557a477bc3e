// SPDX-License-Identifier: Apache-2.0
// Bytes that are no file's content. Each kind of place where a marker can hide is searched with its
// own scope and no other, and the account says what was left out.
#include "base/text.h"
#include "filesystem/extents.h"
#include "filesystem/ntfs_plan.h"
#include "filesystem/raw_space.h"
#include "image/image.h"
#include "support/catch.h"
#include "support/image_bytes.h"
#include "support/mft_patch.h"
#include "support/ntfs_image.h"
#include "support/run_sweep.h"
#include "support/run_tool.h"
#include "support/shared_images.h"
#include "support/this_build.h"
#include "support/tsk_oracle.h"

#include <algorithm>
#include <fstream>
#include <set>

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

constexpr std::string_view kMarker = "coldsweep-marker-4712";
constexpr const char* kMarkerRule =
    "rule marker { strings: $m = \"coldsweep-marker-4712\" condition: $m }";
constexpr u64 kCluster = 4096;

Scope nothing() { return {.allocated = false, .deleted = false, .alternate_streams = false}; }

Scope everything() { return {.unallocated = true, .slack = true, .system = true}; }

Swept sweep_scope(const std::filesystem::path& path, const Scope& scope) {
  SweepOptions options;
  options.scope = scope;
  Swept swept = run_sweep(path, kMarkerRule, options);
  require_balanced(swept);
  return swept;
}

/// Where the extents of a stream begin and end in the volume.
std::vector<Extent> stored_of(const NtfsVolume& volume, u64 record, const std::string& name,
                              StreamKind kind = StreamKind::data) {
  const NtfsPlan plan = NtfsPlan::make(volume, 0, everything());
  for (const StreamRef& stream : plan.streams())
    if (stream.id.record == record && stream.name == name && stream.id.kind == kind)
      return {stream.extents.begin(), stream.extents.end()};
  throw Error("no such stream");
}

/// There is one finding, of that kind. Its match is where it was written, and the output of
/// `locate` holds it.
nlohmann::json check_found(const std::filesystem::path& path, const Scope& scope,
                           const std::string& kind, u64 at) {
  const Swept swept = sweep_scope(path, scope);
  REQUIRE(swept.findings.size() == 1);
  const nlohmann::json& f = swept.findings.at(0);
  CHECK(f.at("kind") == kind);
  REQUIRE(f.at("matches").size() == 1);
  CHECK(f.at("matches").at(0).at("media_offset") == at);
  CHECK(read_at(path, at, kMarker.size()) == kMarker);
  if (Tsk::available()) {
    const std::string locate = f.at("locate");
    CAPTURE(locate);
    const ToolResult shown = run_locate(path, f);
    CHECK(shown.status == 0);
    CHECK(shown.out.find(kMarker) != std::string::npos);
  }
  CHECK(sweep_scope(path, {}).findings.empty());
  Scope others = everything();
  if (scope.slack) others.slack = false;
  if (scope.unallocated) others.unallocated = false;
  if (scope.system) others.system = false;
  CHECK(sweep_scope(path, others).findings.empty());
  CHECK(sweep_scope(path, everything()).findings.size() == 1);
  return f;
}

void put(std::string& bytes, std::size_t offset, u64 value, int width) {
  for (int i = 0; i < width; ++i)
    bytes[offset + static_cast<std::size_t>(i)] = static_cast<char>(value >> (8 * i));
}

/// An entry of a folder's index, as deletion leaves it behind.
std::string index_entry(u64 file, u64 folder, const std::string& name) {
  std::string entry(112, '\0');
  put(entry, 0, file, 8);
  put(entry, 8, entry.size(), 2);
  put(entry, 10, 0x42 + name.size() * 2, 2);
  put(entry, 16, folder, 8);
  put(entry, 16 + 0x40, name.size(), 1);
  put(entry, 16 + 0x41, 1, 1);
  for (std::size_t i = 0; i < name.size(); ++i)
    put(entry, 16 + 0x42 + i * 2, static_cast<u64>(name[i]), 2);
  return entry;
}

} // namespace

TEST_CASE("a marker past the end of a file is found with the scope slack") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 16_MiB});
  image.file("web/page.aspx", std::string(5000, 'x'));
  const std::filesystem::path path = image.build();
  const u64 record = image.written("web/page.aspx").record;
  const u64 at = stored_of(open_bare(path), record, "").at(0).source_offset + 5000 + 30;
  write_at(path, at, kMarker);
  Scope scope = nothing();
  scope.slack = true;
  const nlohmann::json f = check_found(path, scope, "slack", at);
  CHECK(f.at("path") == "/web/page.aspx");
  CHECK(f.at("size") == 2 * kCluster - 5000);
  CHECK(f.at("matches").at(0).at("offset") == 30);
}

TEST_CASE("a marker in space that a file was given but never wrote is found with the scope slack") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 16_MiB});
  image.file("big.bin", std::string(40'000, 'x')).initialized(10'000);
  const std::filesystem::path path = image.build();
  const u64 record = image.written("big.bin").record;
  const u64 at = stored_of(open_bare(path), record, "").at(0).source_offset + 20'000;
  write_at(path, at, kMarker);
  Scope scope = nothing();
  scope.slack = true;
  const nlohmann::json f = check_found(path, scope, "uninitialized", at);
  CHECK(f.at("path") == "/big.bin");
}

TEST_CASE("a marker after the attributes of an MFT record is found with the scope slack") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 16_MiB});
  image.file("small.txt", "tiny");
  const std::filesystem::path path = image.build();
  const u64 record = image.written("small.txt").record;
  const u64 at = open_bare(path).mft.place(record, 800, 1).at(0).source_offset;
  write_at(path, at, kMarker);
  Scope scope = nothing();
  scope.slack = true;
  // The system stream $MFT would show it too.
  const Swept swept = sweep_scope(path, scope);
  REQUIRE(swept.findings.size() == 1);
  const nlohmann::json& f = swept.findings.at(0);
  CHECK(f.at("kind") == "mft_slack");
  CHECK(f.at("path") == "/small.txt");
  CHECK(f.at("record") == record);
  CHECK(f.at("matches").at(0).at("media_offset") == at);
  if (Tsk::available()) {
    const ToolResult shown = run_locate(path, f);
    CHECK(shown.out.find(kMarker) == f.at("matches").at(0).at("offset").get<std::size_t>());
  }
  const Swept all = sweep_scope(path, everything());
  REQUIRE(all.findings.size() == 2);
  CHECK(all.finding("/$MFT").at("kind") == "data");
}

TEST_CASE("a marker after the entries of a folder's index is found with the scope slack") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 16_MiB});
  for (int i = 0; i < 60; ++i) image.file(fmt::format("many/file number {:03}", i), "x");
  const std::filesystem::path path = image.build();
  const NtfsVolume volume = open_bare(path);
  const u64 record = image.written("many/file number 000").record;
  const NtfsPlan plan = NtfsPlan::make(volume, 0, {});
  StreamRef file;
  file.id.record = record;
  REQUIRE(plan.describe(file).path == "/many/file number 000");
  // The last bytes of a block that the update sequence doesn't displace.
  u64 at = 0;
  const NtfsPlan with_slack = NtfsPlan::make(volume, 0, everything());
  for (const StreamRef& stream : with_slack.streams())
    if (stream.id.kind == StreamKind::index_slack && with_slack.describe(stream).path == "/many")
      for (const Extent& extent : stream.extents)
        if (extent.kind == Extent::Kind::stored && extent.length > 100)
          at = extent.source_offset + extent.length - 60;
  REQUIRE(at > 0);
  write_at(path, at, kMarker);
  Scope scope = nothing();
  scope.slack = true;
  const nlohmann::json f = check_found(path, scope, "index_slack", at);
  CHECK(f.at("path") == "/many");
  CHECK(f.at("stream") == "$I30");
}

TEST_CASE("a marker in clusters that $Bitmap marks as used but nothing owns, or after the last "
          "cluster, is found with the scope unallocated") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 16_MiB});
  image.file("kept.txt", "x");
  const std::filesystem::path path = image.build();
  const NtfsVolume volume = open_bare(path);
  Scope scope = nothing();
  scope.unallocated = true;
  SECTION("used, but owned by nothing") {
    const NtfsPlan plan = NtfsPlan::make(volume, 0, scope);
    u64 cluster = 0;
    for (const StreamRef& stream : plan.streams())
      if (stream.id.kind == StreamKind::unallocated)
        cluster = stream.extents.back().source_offset / kCluster;
    REQUIRE(cluster > 0);
    const u64 byte = slice_extents(stored_of(volume, 6, ""), cluster / 8, 1).at(0).source_offset;
    write_at(path, byte,
             std::string(1, static_cast<char>(read_at(path, byte, 1).at(0) | 1 << cluster % 8)));
    write_at(path, cluster * kCluster + 100, kMarker);
    const nlohmann::json f = check_found(path, scope, "unowned", cluster * kCluster + 100);
    CHECK(f.at("path") == "/$Unowned/cluster-" + std::to_string(cluster));
  }
  SECTION("after the last cluster") {
    const u64 end = volume.geometry.cluster_count * volume.geometry.cluster_size;
    REQUIRE(volume.source->size() > end);
    write_at(path, end + 50, kMarker);
    const nlohmann::json f = check_found(path, scope, "volume_slack", end + 50);
    CHECK(f.at("path") == "/$VolumeSlack");
  }
}

TEST_CASE("a marker in an extended attribute or a reparse point is found with the scope system") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 16_MiB});
  std::string attribute(8, '\0'); // next entry, flags, length of the name, of the value
  const std::string value = std::string(kMarker);
  attribute[5] = 1;
  attribute[6] = static_cast<char>(value.size());
  attribute += std::string("A\0", 2) + value;
  attribute.resize((attribute.size() + 3) / 4 * 4);
  attribute[0] = static_cast<char>(attribute.size());
  image.file("tagged.txt", "x").extended_attributes(attribute);
  image.file("linked.txt", "x").reparse_point(0x80001234, "......" + value);
  const std::filesystem::path path = image.build();
  Scope scope;
  scope.system = true;
  const Swept swept = sweep_scope(path, scope);
  std::vector<std::string> places;
  for (const nlohmann::json& f : swept.findings)
    if (f.at("kind") == "attribute")
      places.push_back(f.at("path").get<std::string>() + ":" + f.at("stream").get<std::string>());
  CHECK(places == std::vector<std::string>{"/tagged.txt:$EA", "/linked.txt:$REPARSE_POINT"});
  for (const nlohmann::json& f : swept.findings) {
    if (f.at("kind") != "attribute" || !Tsk::available()) continue;
    const std::string locate = f.at("locate");
    CAPTURE(locate);
    const ToolResult shown = run_locate(path, f);
    CHECK(shown.out.find(kMarker) != std::string::npos);
  }
  CHECK(sweep_scope(path, {}).findings.empty());
}

namespace {

/// In the first cluster of unallocated space, or the nth.
u64 free_place(const std::filesystem::path& path, u64 cluster = 0) {
  Scope scope = nothing();
  scope.unallocated = true;
  const NtfsVolume volume = open_bare(path);
  const NtfsPlan plan = NtfsPlan::make(volume, 0, scope);
  for (const StreamRef& stream : plan.streams())
    if (stream.id.kind == StreamKind::unallocated)
      return slice_extents(stream.extents, cluster * kCluster, 1).at(0).source_offset;
  throw Error("no free cluster");
}

constexpr const char* kSmallPage = R"(
rule small_page {
  strings: $page = "<%@ Page" $eval = "marker-eval"
  condition: $page at 0 and $eval and filesize < 200
}
rule small_page_by_integer {
  strings: $eval = "marker-eval"
  condition: uint16(0) == 0x253c and $eval and filesize < 200
}
rule only_size { condition: filesize < 200 and filesize > 10 }
rule other { strings: $a = "not there" condition: $a and filesize < 200 })";

Swept sweep_small_pages(const std::filesystem::path& path, bool prefilter = true) {
  SweepOptions options;
  options.scope = nothing();
  options.scope.unallocated = true;
  options.scope.slack = true;
  options.prefilter = prefilter;
  Swept swept = run_sweep(path, kSmallPage, options);
  require_balanced(swept);
  return swept;
}

} // namespace

TEST_CASE("a page at the start of a free cluster is judged as a separate file") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 16_MiB});
  image.file("kept.txt", "x");
  const std::filesystem::path path = image.build();
  const std::string page = "<%@ Page Language=\"Jscript\"%><%marker-eval%>";
  const u64 at = free_place(path, 7);
  write_at(path, at, page);
  const Swept swept = sweep_small_pages(path);
  std::vector<std::string> carved;
  for (const nlohmann::json& f : swept.findings) {
    CHECK(f.at("kind") == "carved");
    CHECK(f.at("within").at("kind") == "unallocated");
    CHECK(f.at("size") == page.size());
    CHECK(f.at("hashes").at("sha256") == sha256_of(page));
    for (const nlohmann::json& match : f.at("matches")) {
      const u64 media = match.at("media_offset");
      CHECK(match.at("offset").get<u64>() - f.at("within").at("offset").get<u64>() == media - at);
      CHECK(hex(bytes_of(read_at(path, media, match.at("length")))) ==
            match.at("data").get<std::string>());
    }
    carved.push_back(f.at("rule").at("name"));
    CHECK(f.at("exported") == true);
  }
  CHECK(carved == std::vector<std::string>{"only_size", "small_page", "small_page_by_integer"});
  CHECK(sweep_small_pages(path, false).manifest == swept.manifest);
}

TEST_CASE("if free space holds only the strings of a rule, the finding says so and weighs little") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 16_MiB});
  image.file("kept.txt", "x");
  const std::filesystem::path path = image.build();
  const u64 at = free_place(path, 7) + 1000;
  write_at(path, at, "<%@ Page ... marker-eval");
  const Swept swept = sweep_small_pages(path);
  std::vector<std::string> rules;
  for (const nlohmann::json& f : swept.findings) {
    CHECK(f.at("kind") == "strings_only");
    CHECK(f.at("within").at("kind") == "unallocated");
    CHECK(f.at("exported") == false);
    CHECK(f.at("score").get<int>() < 40);
    CHECK(f.at("matches").at(0).at("media_offset").get<u64>() >= at);
    rules.push_back(f.at("rule").at("name"));
  }
  CHECK(rules == std::vector<std::string>{"small_page", "small_page_by_integer"});
  CHECK(swept.result.seal->ranking.strings_only() == 2);
  CHECK(swept.result.seal->ranking.streams() == 0);
  CHECK(sweep_small_pages(path, false).manifest == swept.manifest);
}

TEST_CASE("a page that was resident in a record is found in its slack after a shorter one took the "
          "record") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 16_MiB});
  image.file("small.txt", "tiny");
  const std::filesystem::path path = image.build();
  const u64 record = image.written("small.txt").record;
  const u64 at = open_bare(path).mft.place(record, 700, 1).at(0).source_offset;
  write_at(path, at, "<%@ Page Language=\"Jscript\"%><%marker-eval%>");
  const Swept swept = sweep_small_pages(path);
  std::set<std::string> rules;
  for (const nlohmann::json& f : swept.findings) {
    CHECK(f.at("kind") == "carved");
    CHECK(f.at("within").at("kind") == "mft_slack");
    CHECK(f.at("path") == "/small.txt");
    rules.insert(f.at("rule").at("name"));
  }
  CHECK(rules == std::set<std::string>{"only_size", "small_page", "small_page_by_integer"});
}

TEST_CASE("a record that lost its name gets it from the slack of its folder's index") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 16_MiB});
  for (int i = 0; i < 60; ++i) image.file(fmt::format("many/file number {:03}", i), "x");
  image.file("lost.aspx", std::string(kMarker)).nameless();
  const std::filesystem::path path = image.build();
  const WrittenStream lost = image.written("lost.aspx");
  u64 at = 0, folder = 0;
  const NtfsPlan plan = NtfsPlan::make(open_bare(path), 0, everything());
  for (const StreamRef& stream : plan.streams())
    if (stream.id.kind == StreamKind::index_slack && plan.describe(stream).path == "/many")
      for (const Extent& extent : stream.extents)
        if (extent.kind == Extent::Kind::stored && extent.length > 300) {
          at = (extent.source_offset + 64) / 8 * 8; // blocks begin at a multiple of 8
          folder = stream.id.record | u64{stream.id.sequence} << 48;
        }
  REQUIRE(at > 0);
  const u64 reference = lost.record | u64{lost.sequence} << 48;
  write_at(path, at, index_entry(reference, folder, "zz last.aspx"));

  Scope scope;
  scope.slack = true;
  const Swept swept = sweep_scope(path, scope);
  const auto found = std::find_if(swept.findings.begin(), swept.findings.end(),
                                  [](const nlohmann::json& f) { return f.at("kind") == "data"; });
  REQUIRE(found != swept.findings.end());
  CHECK(found->at("path") == "/many/zz last.aspx");
  CHECK(found->at("path_source") == "index_slack");
  // Without that scope no index is read.
  const Swept without = sweep_scope(path, {});
  REQUIRE(without.findings.size() == 1);
  CHECK(without.findings.at(0).at("path").get<std::string>().starts_with("/$OrphanFiles/"));
}

TEST_CASE("a record without a name gets the last one that $LogFile has for it") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 16_MiB});
  image.file("lost.aspx", std::string(kMarker)).nameless();
  const std::filesystem::path path = image.build();
  const WrittenStream lost = image.written("lost.aspx");
  u64 log = 0;
  const NtfsPlan plan = NtfsPlan::make(open_bare(path), 0, everything());
  for (const StreamRef& stream : plan.streams())
    if (plan.describe(stream).path == "/$LogFile" && stream.id.kind == StreamKind::data)
      log = stream.extents.front().source_offset;
  REQUIRE(log > 0);
  // A page of records. The entry crosses the end of a sector, where the update sequence is.
  std::string page(4096, '\0');
  page.replace(0, 4, "RCRD");
  put(page, 4, 0x28, 2);
  put(page, 6, 9, 2);
  const u64 reference = lost.record | u64{lost.sequence} << 48, root = 5 | u64{5} << 48;
  page.replace(0x100, 112, index_entry(reference, root, "before it.aspx"));
  page.replace(0x1A8, 112, index_entry(reference, root, "logged.aspx"));
  put(page, 0x28, 0x4321, 2);
  for (u64 sector = 1; sector <= 8; ++sector) {
    page.replace(0x28 + sector * 2, 2, page.substr(sector * 512 - 2, 2));
    put(page, sector * 512 - 2, 0x4321, 2);
  }
  write_at(path, log + 0x4000, page);
  const Swept swept = sweep_scope(path, {});
  REQUIRE(swept.findings.size() == 1);
  CHECK(swept.findings.at(0).at("path") == "/logged.aspx");
  CHECK(swept.findings.at(0).at("path_source") == "log_file");
}

TEST_CASE("markers between partitions and after the last are found with the scope unallocated") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 16_MiB});
  image.file("kept.txt", "x");
  const std::string volume = read_at(image.build(), 0, 16_MiB);
  const TempDir folder;
  const std::filesystem::path path = folder / "disk.raw";
  std::string disk(40_MiB, '\0');
  disk.replace(4_MiB, volume.size(), volume);
  std::ofstream(path, std::ios::binary) << disk;
  const ToolResult table = run_tool(
      {"sh", "-c",
       "printf 'label: dos\nstart=8192, size=32768, type=7\n' | sfdisk -q " + path.string()});
  if (table.status != 0) SKIP("no sfdisk");
  write_at(path, 1_MiB + 77, kMarker);
  write_at(path, 30_MiB + 99, kMarker);
  Scope scope = nothing();
  scope.unallocated = true;
  const Swept swept = sweep_scope(path, scope);
  std::vector<u64> places;
  for (const nlohmann::json& f : swept.findings) {
    CHECK(f.at("kind") == "gap");
    CHECK(f.at("path") == "/$Gap");
    places.push_back(f.at("matches").at(0).at("media_offset"));
    if (Tsk::available()) {
      const ToolResult shown = run_locate(path, f);
      CHECK(shown.out.find(kMarker) == f.at("matches").at(0).at("offset").get<std::size_t>());
    }
  }
  CHECK(places == std::vector<u64>{1_MiB + 77, 30_MiB + 99});
  std::vector<std::string> locators;
  for (const nlohmann::json& volume_line : swept.volumes)
    locators.push_back(volume_line.at("locator"));
  CHECK(locators == std::vector<std::string>{"p1", "gap1", "gap2"});

  const Swept without = sweep_scope(path, {});
  REQUIRE(without.volumes.size() == 3);
  CHECK_FALSE(without.result.incomplete);
  u64 accounted = 0;
  for (const nlohmann::json& coverage : without.coverage)
    accounted += coverage.at("clusters").at("size").get<u64>();
  CHECK(accounted == 40_MiB);
  const nlohmann::json& before = without.coverage.at(1).at("clusters");
  CHECK(before.at("skipped_by") == nlohmann::json{{"unpartitioned_not_in_scope", 4_MiB}});
  CHECK(run_tool({kProgram, "verify", swept.case_folder().string()}).status == 0);
}

TEST_CASE("the account adds up to the volume on every shared image, whatever the scope") {
  const std::vector<SharedImage> images = shared_images();
  if (images.empty()) SKIP("no shared images here");
  for (const SharedImage& shared : images) {
    CAPTURE(shared.name);
    const TempDir unpacked;
    const std::filesystem::path path = unpack(shared, unpacked);
    for (const Scope& scope : {Scope{}, everything(), nothing()}) {
      const Swept swept = sweep_scope(path, scope);
      for (const nlohmann::json& coverage : swept.coverage) {
        const nlohmann::json& clusters = coverage.at("clusters");
        CAPTURE(clusters.dump());
        CHECK_FALSE(clusters.at("skipped_by").contains("of_no_known_use"));
        if (scope.unallocated) CHECK(clusters.at("skipped") == 0);
      }
    }
  }
}

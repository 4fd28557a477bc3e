// SPDX-License-Identifier: Apache-2.0
// Content in unallocated clusters is found once, with its place in the media. The clusters of a
// deleted file are not taken for its content if other files have them now.
#include "support/catch.h"
#include "support/image_bytes.h"
#include "support/ntfs_image.h"
#include "support/run_sweep.h"
#include "support/run_tool.h"
#include "support/shared_images.h"
#include "support/this_build.h"
#include "support/tsk_oracle.h"

#include "base/file.h"
#include "base/hash.h"
#include "filesystem/extents.h"
#include "filesystem/ntfs_plan.h"
#include "filesystem/ntfs_volume.h"
#include "filesystem/raw_space.h"
#include "image/image.h"
#include "volume/volume.h"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

constexpr std::string_view kMarker = "coldsweep-marker-4711";
constexpr const char* kMarkerRule =
    "rule marker { strings: $m = \"coldsweep-marker-4711\" condition: $m }";

SweepOptions only_unallocated() {
  SweepOptions options;
  options.scope = {
      .allocated = false, .deleted = false, .alternate_streams = false, .unallocated = true};
  return options;
}

std::vector<RawChunk> chunks_of(const NtfsVolume& volume) {
  const NtfsPlan plan = NtfsPlan::make(volume, 0, only_unallocated().scope);
  std::vector<RawChunk> chunks;
  for (const StreamRef& stream : plan.streams())
    if (stream.id.kind == StreamKind::unallocated)
      chunks.push_back({stream.id.record - kNoRecord,
                        stream.size,
                        stream.shared_tail,
                        {stream.extents.begin(), stream.extents.end()}});
  std::sort(chunks.begin(), chunks.end(),
            [](const RawChunk& a, const RawChunk& b) { return a.first_cluster < b.first_cluster; });
  return chunks;
}

/// SHA-256 of the bytes that belong to the chunks alone. There may be gigabytes.
std::string hash_of_chunks(const ByteSource& volume, const std::vector<RawChunk>& chunks) {
  Hasher hasher(HashKind::sha256);
  std::vector<std::byte> bytes;
  for (const RawChunk& chunk : chunks) {
    bytes.resize(chunk.size - chunk.shared_tail);
    REQUIRE(read_extents(volume, chunk.extents, 0, bytes).empty());
    hasher.add(bytes);
  }
  return hasher.finish();
}

u64 volume_place(const RawChunk& chunk, u64 offset) {
  return slice_extents(chunk.extents, offset, 1).at(0).source_offset;
}

std::size_t matches_of(const Swept& swept) {
  std::size_t count = 0;
  for (const nlohmann::json& f : swept.findings) count += f.at("matches").size();
  return count;
}

} // namespace

TEST_CASE("content in a free cluster is found with its place, and shown by `locate`") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 32_MiB});
  image.file("kept.txt", std::string(kMarker));
  const std::filesystem::path path = image.build();
  const u64 at = volume_place(chunks_of(open_bare(path)).at(0), 3 * 4096 + 100);
  write_at(path, at, kMarker);

  const Swept swept = run_sweep(path, kMarkerRule, only_unallocated());
  require_balanced(swept);
  REQUIRE(swept.findings.size() == 1);
  const nlohmann::json& f = swept.findings.at(0);
  CHECK(f.at("kind") == "unallocated");
  CHECK(f.at("record").is_null());
  CHECK(f.at("allocated") == false);
  CHECK(f.at("path").get<std::string>().starts_with("/$Unallocated/cluster-"));
  REQUIRE(f.at("matches").size() == 1);
  CHECK(f.at("matches").at(0).at("media_offset") == at);
  CHECK(read_at(path, f.at("matches").at(0).at("media_offset"), kMarker.size()) == kMarker);
  CHECK(swept.coverage.at(0).at("streams").at("planned") == 0);
  if (Tsk::available()) {
    const ToolResult shown = run_locate(path, f);
    CHECK(shown.status == 0);
    CHECK(sha256_of(shown.out) == f.at("hashes").at("sha256").get<std::string>());
  }
  const TempDir folder;
  const std::filesystem::path rules = folder / "marker.yar";
  std::ofstream(rules) << kMarkerRule;
  const ToolResult told =
      run_tool({kProgram, "sweep", path.string(), "-o", (folder / "case").string(), "-r",
                rules.string(), "--scope", "unallocated", "--progress", "none"});
  CHECK(told.status == 0);
  CHECK(told.out.find(", unallocated\n") != std::string::npos);
  CHECK(told.out.find("MFT record") == std::string::npos);
  CHECK(run_tool({kProgram, "verify", (folder / "case").string()}).status == 0);
  for (const char* format : {"html", "csv", "jsonl", "hashdeep", "dfxml", "case", "stix",
                             "timesketch", "bodyfile", "sarif"}) {
    CAPTURE(format);
    const ToolResult report =
        run_tool({kProgram, "report", (folder / "case").string(), "--format", format});
    CHECK(report.status == 0);
    CHECK(report.out.find("$Unallocated") != std::string::npos);
    CHECK(report.out.find(std::to_string(kNoRecord).substr(0, 12)) == std::string::npos);
  }
  // If not requested, it is not examined.
  for (const nlohmann::json& other : run_sweep(path, kMarkerRule).findings)
    CHECK(other.at("kind") == "data");
}

TEST_CASE("without a $Bitmap every cluster is scanned, and an issue says so") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 32_MiB});
  image.file("gone.bin", std::string(kMarker) + std::string(9000, '.')).deleted();
  const std::filesystem::path path = image.build();
  const NtfsVolume volume = open_bare(path);
  write_at(path, volume_place(chunks_of(volume).at(0), 4096), kMarker);
  write_at(path, volume.mft.place(6, 0, 1).at(0).source_offset, std::string(1024, '\0'));

  SweepOptions options;
  options.scope.unallocated = true;
  const Swept swept = run_sweep(path, kMarkerRule, options);
  require_balanced(swept);
  CHECK(swept.result.incomplete);
  CHECK(swept.issues_of_kind("malformed") >= 1);
  const auto raw =
      std::count_if(swept.findings.begin(), swept.findings.end(), [](const nlohmann::json& f) {
        return f.at("path").get<std::string>().starts_with("/$Unallocated/");
      });
  CHECK(raw >= 1);
  CHECK(swept.finding("/gone.bin").at("overwritten").is_null());
}

TEST_CASE("a piece that there is no room to load is an issue, and the case is still sealed") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 64_MiB});
  image.file("kept.txt", "x");
  const std::filesystem::path path = image.build();
  const TempDir folder;
  const std::filesystem::path rules = folder / "marker.yar";
  std::ofstream(rules) << kMarkerRule;
  // Files of at most 2 MiB: a piece larger than half of --memory can't be spooled.
  const ToolResult swept =
      run_tool({"sh", "-c", "trap '' XFSZ; ulimit -f 4096; exec \"$@\"", "sh", kProgram, "sweep",
                path.string(), "-o", (folder / "case").string(), "-r", rules.string(), "--scope",
                "unallocated", "--memory", "16MiB", "--progress", "none"});
  CHECK(swept.status == 3);
  CHECK(swept.out.find("Sealed:") != std::string::npos);
  CHECK(run_tool({kProgram, "verify", (folder / "case").string()}).status == 0);
}

TEST_CASE("a match across two pieces of unallocated space is found once, and so is one in their "
          "overlap") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 64_MiB});
  image.file("kept.txt", "x");
  const std::filesystem::path path = image.build();
  const std::vector<RawChunk> chunks = chunks_of(open_bare(path));
  REQUIRE(chunks.size() >= 2);
  const RawChunk& first = chunks.at(0);
  const u64 own = first.size - first.shared_tail;
  const u64 across = volume_place(first, own - 10);
  REQUIRE(volume_place(first, own) == across + 10); // the disk continues where the piece ends
  write_at(path, across, kMarker);
  write_at(path, volume_place(first, own + 4096), kMarker);

  const Swept swept = run_sweep(path, kMarkerRule, only_unallocated());
  require_balanced(swept);
  CHECK(swept.findings.size() == 2);
  CHECK(matches_of(swept) == 2);
  u64 own_bytes = 0;
  for (const RawChunk& chunk : chunks) own_bytes += chunk.size - chunk.shared_tail;
  const NtfsVolume volume = open_bare(path); // the rest after its last cluster is in this scope too
  const u64 tail =
      volume.source->size() - volume.geometry.cluster_count * volume.geometry.cluster_size;
  CHECK(swept.coverage.at(0).at("bytes").at("planned") == own_bytes + tail);
}

TEST_CASE("a match across a fragment boundary names the place of each of its parts") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 32_MiB});
  image
      .file("parts.bin",
            std::string(4096 - 10, '.') + std::string(kMarker) + std::string(9000, '.'))
      .fragmented(3);
  const std::filesystem::path path = image.build();
  const Swept swept = run_sweep(path, kMarkerRule);
  const nlohmann::json f = swept.finding("/parts.bin");
  REQUIRE(!f.is_null());
  const nlohmann::json& match = f.at("matches").at(0);
  REQUIRE(match.at("parts").size() == 2);
  std::string bytes;
  for (const nlohmann::json& part : match.at("parts"))
    bytes += read_at(path, part.at("media_offset"), part.at("length"));
  CHECK(bytes == kMarker);
  CHECK(match.at("parts").at(0).at("media_offset") == match.at("media_offset"));
  CHECK(match.at("parts").at(1).at("offset") == 4096);
}

TEST_CASE("a deleted file says how many of its clusters others use") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 32_MiB});
  image.file("gone.bin", std::string(kMarker) + std::string(3 * 4096, '.')).deleted();
  const std::filesystem::path path = image.build();
  const Swept before = run_sweep(path, kMarkerRule);
  REQUIRE(before.findings.size() == 1);
  const nlohmann::json& deleted = before.findings.at(0);
  CHECK(deleted.at("overwritten") == nlohmann::json{{"clusters", 0}, {"of", 4}});

  // $Bitmap says that its first cluster belongs to another file by now.
  const NtfsVolume volume = open_bare(path);
  Scope scope;
  scope.system = true;
  const NtfsPlan plan = NtfsPlan::make(volume, 0, scope);
  const u64 cluster = deleted.at("extents").at(0).at("media_offset").get<u64>() / 4096;
  for (const StreamRef& stream : plan.streams())
    if (stream.id.record == 6 && stream.name.empty()) {
      const u64 at = slice_extents(stream.extents, cluster / 8, 1).at(0).source_offset;
      const char byte = read_at(path, at, 1).at(0);
      write_at(path, at, std::string(1, static_cast<char>(byte | 1 << cluster % 8)));
    }
  const Swept after = run_sweep(path, kMarkerRule);
  REQUIRE(after.findings.size() == 1);
  const nlohmann::json& f = after.findings.at(0);
  CHECK(f.at("overwritten") == nlohmann::json{{"clusters", 1}, {"of", 4}});
  CHECK(f.at("why").dump().find("1 of its 4 clusters") != std::string::npos);
}

TEST_CASE("a finding states short names, odd times and deleted folders") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  constexpr u64 kSecond = 10'000'000;
  const u64 long_ago = 131'000'000'000 * kSecond / 10;
  NtfsImage image({.size = 16_MiB});
  image.file("long file name.aspx", std::string(kMarker)).dos_name("LONGFI~1.ASP");
  image.file("set.aspx", std::string(kMarker))
      .times({long_ago / kSecond * kSecond, long_ago / kSecond * kSecond, long_ago, long_ago});
  image.folder("gone").deleted();
  image.file("gone/page.aspx", std::string(kMarker)).deleted();
  image.file("kept name.txt", std::string(kMarker)).dos_name("NOC");
  const std::filesystem::path path = image.build();
  const u64 record =
      open_bare(path).mft.place(image.written("kept name.txt").record, 0, 1).at(0).source_offset;
  const std::size_t dos = read_at(path, record, 500).find(std::string("N\0O\0C\0", 6));
  REQUIRE(dos != std::string::npos); // libntfs-3g gives no file such a name
  write_at(path, record + dos, std::string("C\0O\0N\0", 6));
  const Swept swept = run_sweep(path, kMarkerRule);
  CHECK(swept.finding("/long file name.aspx").at("short_name") == "LONGFI~1.ASP");
  const nlohmann::json gone = swept.finding("/gone/page.aspx");
  REQUIRE(!gone.is_null());
  CHECK(gone.at("path_source") == "deleted_folders");
  std::vector<std::string> kinds;
  for (const nlohmann::json& f : swept.findings) {
    if (f.at("path") != "/kept name.txt") continue;
    kinds.push_back(f.at("kind"));
    const nlohmann::json& odd = f.at("kind") == "name" ? f.at("anomaly") : f.at("anomalies").at(0);
    CHECK(odd.at("name") == "reserved_name");
  }
  CHECK(kinds == std::vector<std::string>{"name", "data"});
  const nlohmann::json set = swept.finding("/set.aspx");
  CHECK(set.at("short_name").is_null());
  CHECK(set.at("path_source").is_null());
  std::vector<std::string> odd;
  for (const nlohmann::json& anomaly : set.at("anomalies")) odd.push_back(anomaly.at("name"));
  CHECK(odd == std::vector<std::string>{"created_before_name", "whole_seconds"});
}

TEST_CASE("unallocated bytes are those that The Sleuth Kit's blkls lists, on every shared image") {
  const std::vector<SharedImage> images = shared_images();
  if (images.empty() || !have_tool("blkls")) SKIP("no shared images, or no blkls");
  std::size_t compared = 0;
  for (const SharedImage& shared : images) {
    const TempDir unpacked;
    const std::filesystem::path path = unpack(shared, unpacked);
    const Image image = open_image({path});
    for (const Volume& volume : find_volumes({path}, image.media).volumes) {
      if (volume.filesystem != "ntfs") continue;
      CAPTURE(shared.name, volume.locator);
      const std::string type = image.format == "ewf" ? "ewf" : "raw";
      const std::string sector = std::to_string(volume.offset / 512);
      const std::string theirs = remembered(shared, must_run({"blkls", "-V"}) + sector, [&] {
        return must_run({"sh", "-c", R"(blkls -f ntfs -i "$1" -o "$2" "$3" | sha256sum)", "sh",
                         type, sector, path.string()});
      });
      CHECK(hash_of_chunks(*volume.source, chunks_of(NtfsVolume::open(volume.source))) ==
            theirs.substr(0, 64));
      ++compared;
    }
  }
  CHECK(compared >= 4);
}

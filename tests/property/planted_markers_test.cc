// SPDX-License-Identifier: Apache-2.0
// Markers planted wherever a volume can hold bytes: each is found where it was put, once in its
// scope.
#include "filesystem/extents.h"
#include "filesystem/ntfs_plan.h"
#include "support/archive_writer.h"
#include "support/catch.h"
#include "support/effort.h"
#include "support/image_bytes.h"
#include "support/ntfs_image.h"
#include "support/program.h"
#include "support/run_sweep.h"

#include <map>
#include <random>

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

constexpr const char* kRule =
    "rule marker { strings: $m = /csmk-[0-9]{4}-[0-9]{4}!/ condition: $m }";
constexpr u64 kCluster = 4096;

/// One image, and what was put where.
class Planting {
public:
  explicit Planting(u64 seed)
      : random_(seed), seed_(seed), image_({.size = (seed % 5 == 0 ? 8 : 12) * 1_MiB,
                                            .description = fmt::format("seed {}", seed)}) {}

  const std::map<std::string, std::string>& kind_of() const { return kind_of_; }
  const std::map<std::string, u64>& media_of() const { return media_of_; }
  const std::filesystem::path& path() const { return path_; }

  void plant() {
    add_files();
    if (seed_ % 7 == 0) image_.fill("full.bin", 512 * 1024);
    path_ = image_.build();
    plant_outside_of_files();
  }

private:
  u64 below(u64 n) { return random_() % n; }

  std::string marker(const std::string& kind) {
    const std::string text = fmt::format("csmk-{:04}-{:04}!", seed_ % 10000, kind_of_.size());
    kind_of_.emplace(text, kind);
    return text;
  }

  /// Letters, with a marker somewhere.
  std::string content(const std::string& kind, u64 size) {
    std::string text(size, static_cast<char>('a' + below(26)));
    const std::string mark = marker(kind);
    text.replace(below(size - mark.size() + 1), mark.size(), mark);
    return text;
  }

  void add_files() {
    image_.file("d/plain.txt", content("plain", 5000 + below(40'000)));
    image_.file("d/small.txt", content("resident", 30 + below(300))).hard_link("link.txt");
    image_.file("d/stream.txt", "x").stream("extra", content("ads", 30 + below(9000)));
    image_.file("d/packed.txt", content("compressed", 70'000 + below(90'000))).compressed();
    image_.sparse_file("d/holes.bin", 3_MiB, {{1_MiB, content("sparse", 9000)}});
    // A marker across the boundary between two fragments.
    const std::string across = marker("fragmented");
    std::string pieces(8 * kCluster, 'f');
    pieces.replace(kCluster - 3 - below(8), across.size(), across);
    image_.file("d/pieces.bin", pieces).fragmented(8);
    image_.file("d/many.txt", "x")
        .many_streams(12 + below(40))
        .stream("last", content("listed", 700));
    image_.file("d/gone.txt", content("deleted", 9000 + below(9000))).deleted();
    image_.file("d/gone_small.txt", content("deleted_resident", 60)).deleted();
    image_.file("d/waste.bin", std::string(20'000, 'w')).deleted();
    image_.file("d/box.dat", make_archive(below(2) == 0 ? "zip" : "7zip",
                                          {{"in/side.txt", content("member", 3000)}}));
    image_.file(
        "d/nest.dat",
        make_archive("pax",
                     {{"box.zip", make_archive("zip", {{"deep.txt", content("nested", 90)}})}}));
    if (can_compress_wof()) {
      const std::pair<const char*, Encoding> kinds[]{{"wof4", Encoding::wof_xpress4k},
                                                     {"wof8", Encoding::wof_xpress8k},
                                                     {"wof16", Encoding::wof_xpress16k},
                                                     {"lzx", Encoding::wof_lzx}};
      for (const auto& [name, kind] : kinds)
        image_.wof_file(fmt::format("d/{}.dll", name), content(name, 30'000 + below(60'000)), kind);
    }
    image_.file("d/slack.txt", std::string(4200 + below(2000), 's'));
    image_.file("d/late.bin", std::string(60'000, 'l')).initialized(20'000);
    for (u64 i = 0; i < 30; ++i) image_.file(fmt::format("many/a file with a name {}", i), "x");
    image_.then();
    image_.file("d/taker.bin", std::string(16'000, 't')); // may overwrite deleted files
  }

  void put(const std::string& kind, u64 at) {
    const std::string mark = marker(kind);
    write_at(path_, at, mark);
    media_of_.emplace(mark, at);
  }

  /// Puts a marker into an extent of one raw stream of each kind, where the extent has room for it.
  void plant_outside_of_files() {
    const NtfsVolume volume = open_bare(path_);
    const NtfsPlan plan = NtfsPlan::make(volume, 0, {.unallocated = true, .slack = true});
    std::map<StreamKind, std::vector<StreamRef>> by_kind;
    for (const StreamRef& stream : plan.streams()) by_kind[stream.id.kind].push_back(stream);
    for (const auto& [kind, streams] : by_kind) {
      if (!is_raw(kind)) continue;
      const StreamRef& stream = streams[below(streams.size())];
      std::vector<Extent> roomy;
      for (const Extent& extent : stream.extents)
        if (extent.kind == Extent::Kind::stored && extent.length >= 64) roomy.push_back(extent);
      if (roomy.empty()) continue;
      const Extent& extent = roomy[below(roomy.size())];
      const u64 room = std::min<u64>(extent.length, 60'000) - 16;
      put(std::string(name_of(kind)), extent.source_offset + below(room));
    }
    // A page at the start of a free cluster.
    for (const StreamRef& stream : by_kind[StreamKind::unallocated]) {
      const Extent& last = stream.extents.back();
      if (last.length < 40 * kCluster) continue;
      put("carved", last.source_offset + last.length - 20 * kCluster);
      break;
    }
  }

  std::mt19937_64 random_;
  u64 seed_;
  NtfsImage image_;
  std::filesystem::path path_;
  std::map<std::string, std::string> kind_of_; ///< by marker
  std::map<std::string, u64> media_of_;        ///< of the markers written straight into the image
};

std::string text_of(const std::string& hex) {
  std::string text;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    text.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return text;
}

/// What a scope found, by marker.
struct Seen {
  std::map<std::string, int> in_files, in_slack, in_free;
};

void take(const nlohmann::json& f, const Planting& planting, Seen& seen) {
  const std::string kind = f.at("within").is_null() ? f.at("kind") : f.at("within").at("kind");
  for (const nlohmann::json& match : f.at("matches")) {
    const std::string mark = text_of(match.at("data"));
    CAPTURE(mark, kind, f.at("path").get<std::string>());
    const auto planted = planting.kind_of().find(mark);
    REQUIRE(planted != planting.kind_of().end());
    // A chunk that didn't shrink is stored raw, and the stream that holds it is scanned too.
    if (kind == "data" && f.at("stream") == "WofCompressedData") continue;
    if (kind == "data")
      ++seen.in_files[mark];
    else if (kind == "unallocated" || kind == "unowned" || kind == "volume_slack")
      ++seen.in_free[mark];
    else
      ++seen.in_slack[mark];

    const std::string& of = planted->second;
    const bool decoded = of == "compressed" || of == "member" || of == "nested" ||
                         of.starts_with("wof") || of == "lzx";
    if (match.at("media_offset").is_null()) {
      const bool displaced = f.at("kind") == "data" && of.find("resident") != std::string::npos;
      CHECK((decoded || displaced || of == "listed" || of == "ads" || of == "mft_slack" ||
             of == "index_slack"));
      continue;
    }
    const auto& parts = match.at("parts");
    std::string there;
    if (parts.empty())
      there = read_at(planting.path(), match.at("media_offset").get<u64>(), mark.size());
    else
      for (const nlohmann::json& part : parts)
        there += read_at(planting.path(), part.at("media_offset"), part.at("length"));
    CHECK(there == mark);
    if (const auto at = planting.media_of().find(mark); at != planting.media_of().end())
      CHECK(match.at("media_offset") == at->second);
    if (of == "fragmented" && kind == "data") CHECK(parts.size() == 2);
  }
}

/// Where each kind must be seen. Deleted content may also be seen once in free clusters.
void check_seen(const Planting& planting, Seen& seen) {
  for (const auto& [mark, kind] : planting.kind_of()) {
    CAPTURE(mark, kind);
    const bool deleted = kind.starts_with("deleted");
    const bool slack =
        kind == "slack" || kind == "uninitialized" || kind == "mft_slack" || kind == "index_slack";
    const bool free =
        kind == "unallocated" || kind == "unowned" || kind == "volume_slack" || kind == "carved";
    const int files = seen.in_files[mark], in_slack = seen.in_slack[mark],
              in_free = seen.in_free[mark];
    if (deleted) {
      CHECK(files <= 1); // it may be overwritten by now
      CHECK(in_free <= 1);
    } else if (slack) {
      CHECK(in_slack == 1);
      CHECK(files + in_free == 0);
    } else if (free) {
      CHECK(in_free == 1);
      CHECK(in_slack == 0);
      CHECK(files <= 1); // a deleted file's cluster
    } else {
      CHECK(files == 1);
      CHECK(in_slack == 0);
    }
  }
}

} // namespace

TEST_CASE("markers planted in 300 images are found where they were put, and once in each scope") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  std::map<std::string, int> planted;
  const u64 images = rounds(300);
  for (u64 seed = 1; seed <= images; ++seed) {
    CAPTURE(seed);
    Planting planting(seed);
    planting.plant();
    SweepOptions options;
    options.scope.unallocated = options.scope.slack = true;
    options.export_matched = false;
    const Swept swept = run_sweep(planting.path(), kRule, options);
    require_balanced(swept);
    Seen seen;
    for (const nlohmann::json& f : swept.findings) take(f, planting, seen);
    check_seen(planting, seen);
    for (const auto& [mark, kind] : planting.kind_of())
      if (!kind.starts_with("deleted") || seen.in_files[mark] > 0) ++planted[kind];
  }
  // A generator that no longer plants what it promises proves nothing.
  for (const char* kind :
       {"plain", "resident", "ads", "compressed", "sparse", "fragmented", "listed", "deleted",
        "deleted_resident", "member", "nested", "slack", "uninitialized", "mft_slack",
        "index_slack", "unallocated", "volume_slack", "carved"}) {
    CAPTURE(kind);
    CHECK(planted[kind] >= 20);
  }
  if (can_compress_wof())
    for (const char* kind : {"wof4", "wof8", "wof16", "lzx"}) CHECK(planted[kind] >= 20);
}

// SPDX-License-Identifier: Apache-2.0
// Names of images and segments don't decide what is read: content and what was named do.
#include "base/file.h"
#include "image/image.h"
#include "support/catch.h"
#include "support/disk_image.h"
#include "support/program.h"

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

namespace fs = std::filesystem;

struct Named {
  PlantedVolume volume = planted_volume(1, {.size = 3_MiB});
  Disk disk{5_MiB};
  Named() { disk.put(1_MiB, volume.bytes).mbr(2048, volume.bytes.size() / 512); }

  /// Writes the disk as these files, cut at these places.
  std::vector<fs::path> write(const TempDir& folder, const std::vector<std::string>& names,
                              const std::vector<u64>& cuts = {}) const {
    std::vector<fs::path> paths;
    const u64 equal = (disk.size() + names.size() - 1) / names.size();
    for (std::size_t i = 0, at = 0; i < names.size(); ++i) {
      const u64 length = i < cuts.size() ? cuts[i] : cuts.empty() ? equal : disk.size() - at;
      paths.push_back(write_text(folder / names[i], disk.bytes().substr(at, length)));
      at += length;
    }
    return paths;
  }
  void check(const std::vector<fs::path>& given, std::size_t segments) const {
    CAPTURE(given.front(), given.size());
    const Image image = open_image(given);
    CHECK(image.segments.size() == segments);
    CHECK(image.problems.empty());
    REQUIRE(image.media->size() == disk.size());
    const SourcePtr bare = std::make_shared<SliceSource>(image.media, 1_MiB, volume.bytes.size());
    const Swept swept = run_sweep(bare, kEveryStream);
    CHECK(swept.issues.empty());
    CHECK(swept_files(swept, 0) == volume.truth);
  }
};

/// An E01 of the disk in segments of 1 MiB, which are not compressed.
std::vector<fs::path> acquired(const Named& of) {
  std::vector<fs::path> set{of.disk.write_e01({"-c", "none", "-S", "1MiB"})};
  for (int i = 2;; ++i) {
    set.push_back(set.front().parent_path() / fmt::format("disk.E{:02}", i));
    if (!fs::exists(set.back())) break;
  }
  set.pop_back();
  return set;
}

} // namespace

TEST_CASE("a whole disk is one image whatever its name ends in") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const Named of;
  const TempDir folder;
  for (const char* name : {"exch01-192.168.1.120", "image.20210315", "server.2021", "disk.002",
                           "lone.001", "disk.7", "first.000", "a.b.c", "xab"})
    of.check(of.write(folder, {name}), 1);
  // `10.0.0.1` and `10.0.0.2` are two disks, not two segments.
  of.write(folder, {"10.0.0.2"});
  of.check(of.write(folder, {"10.0.0.1"}), 1);
}

TEST_CASE("a set is found from its first segment, by number or letter, in few digits or many") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const Named of;
  std::vector<std::vector<std::string>> sets{{"a.1", "a.2", "a.3"},
                                             {"b.0", "b.1", "b.2"},
                                             {"c.01", "c.02"},
                                             {"d.e.f.0001", "d.e.f.0002"},
                                             {"10.0.0.5.1", "10.0.0.5.2"},
                                             {"g.aa", "g.ab", "g.ac"},
                                             {"xaa", "xab"}};
  auto& eleven = sets.emplace_back(); // one digit becomes two
  for (int i = 1; i <= 11; ++i) eleven.push_back(fmt::format("h.{}", i));
  const TempDir folder;
  for (const auto& names : sets) {
    const std::vector<fs::path> paths = of.write(folder, names);
    of.check({paths.front()}, paths.size());
  }
}

TEST_CASE("segments that were all named are read in that order, whatever their sizes and names") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const Named of;
  const TempDir folder;
  of.check(of.write(folder, {"a.001", "a.002", "a.003"}, {2_MiB, 1_MiB}), 3);
  of.check(of.write(folder, {"b.001", "b.002"}, {1_MiB}), 2); // the last is the longest
  of.check(of.write(folder, {"part one", "second.bin", "z"}, {1_MiB + 512, 4096}), 3);
  const fs::path first = of.write(folder, {"c.001", "c.002", "c.003"}, {2_MiB, 1_MiB}).front();
  CHECK_THROWS_WITH(open_image({first}),
                    Catch::Matchers::ContainsSubstring("name all segments in their order"));
}

TEST_CASE("a link to the first segment leads to its set") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const Named of;
  const TempDir folder;
  fs::create_directory(folder / "set");
  const fs::path first = of.write(folder, {"set/a.001", "set/a.002"}).front();
  for (const char* name : {"link.001", "link.raw", "link", "a.001"}) {
    fs::create_symlink(first, folder / name);
    of.check({folder / name}, 2);
  }
  fs::create_symlink(folder / "link", folder / "chain");
  of.check({folder / "chain"}, 2);
  fs::create_directory_symlink(folder / "set", folder / "linked");
  of.check({folder / "linked" / "a.001"}, 2);
  fs::create_symlink(first.parent_path() / "a.002", folder / "a.002"); // a set of links
  of.check({folder / "a.001"}, 2);
}

TEST_CASE("the segments of an E01 are found in either case, by a link, and below other names") {
  if (!can_build_ntfs_images() || !have_tool("ewfacquire"))
    SKIP("no ntfs_writer, mkntfs or ewfacquire");
  const Named of;
  std::vector<fs::path> set = acquired(of);
  REQUIRE(set.size() >= 3);
  const auto rename = [&](std::size_t i, const char* name) {
    const fs::path renamed = set[i].parent_path() / name;
    fs::rename(set[i], renamed);
    set[i] = renamed;
  };
  const fs::path folder = set.front().parent_path();
  fs::create_symlink(set.front(), folder / "link.E01");
  of.check({folder / "link.E01"}, set.size());
  rename(1, "disk.e02"); // `.E01` beside `.e02`
  of.check({set.front()}, set.size());
  fs::remove(folder / "link.E01");
  rename(0, "disk.e01");
  of.check({set.front()}, set.size());
  rename(0, "first.raw");
  rename(1, "second");
  of.check(set, set.size());
}

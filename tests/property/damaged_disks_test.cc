// SPDX-License-Identifier: Apache-2.0
// Damage to what leads to files: partition tables, boot sectors and their backups, the first MFT
// records. Each file that is listed has the planted bytes, or the disk is not complete.
#include "base/endian.h"
#include "base/file.h"
#include "support/catch.h"
#include "support/disk_image.h"
#include "support/effort.h"
#include "support/image_bytes.h"
#include "support/mft_patch.h"
#include "support/program.h"

#include <algorithm>
#include <array>
#include <random>

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

constexpr u64 kSector = 512;
constexpr u64 kFirstRecords = 30; // the system's, and some of those that follow

/// The volume of a virtual machine. It has paths that the hosts have, too.
PlantedVolume guest_volume(u64 seed) {
  NtfsImage guest({.size = 3_MiB});
  for (u64 i = 0; i < 20; ++i)
    guest.file(fmt::format("inetpub/page{}.aspx", i), pattern(3000, 90'000 + seed * 100 + i));
  return {read_text(guest.build()), truth_of(guest)};
}

/// As the disk of a virtual machine, with a partition table or without.
std::string guest_disk(u64 seed, const std::string& volume) {
  Disk disk(volume.size() + 1_MiB);
  disk.put(64 * kSector, volume).mbr(64, volume.size() / kSector);
  return seed % 2 == 0 ? volume : disk.bytes();
}

struct Host {
  PlantedVolume planted, guest;
};

Host host(u64 seed) {
  const PlantedVolume guest = guest_volume(seed);
  NtfsImage image({.size = 10_MiB + seed * 1_MiB, .cluster = seed % 3 == 0 ? 512u : 4096u});
  image.file("vms/guest-flat.vhd", guest_disk(seed, guest.bytes)).fragmented(seed % 2 == 0 ? 1 : 5);
  for (u64 i = 0; i < 12; ++i)
    image.file(fmt::format("inetpub/page{}.aspx", i), pattern(2500 + i, seed * 100 + i));
  image.file("inetpub/short.txt", fmt::format("volume {}", seed));
  return {{read_text(image.build()), truth_of(image)}, guest};
}

/// Without the bytes: the child process for libtsk is a copy of this one.
struct PlacedVolume {
  u64 offset, size;
  std::string boot_sector;
  Truth truth;
};

PlacedVolume placed(u64 offset, const PlantedVolume& volume) {
  return {offset, volume.bytes.size(), volume.bytes.substr(0, kSector), volume.truth};
}

struct Layout {
  std::string name;
  std::filesystem::path path{}; ///< of the disk
  std::vector<PlacedVolume> volumes{};
  std::vector<PlacedVolume> guests{}; ///< those that lie in one piece

  void add(u64 offset, const Host& host) {
    volumes.push_back(placed(offset, host.planted));
    const std::size_t guest = host.planted.bytes.find(host.guest.bytes);
    if (guest != std::string::npos) guests.push_back(placed(offset + guest, host.guest));
  }
  /// Where the disk of a virtual machine lies in one piece, its volume may be found, too.
  const PlacedVolume* at(u64 offset) const {
    for (const std::vector<PlacedVolume>* group : {&volumes, &guests})
      for (const PlacedVolume& each : *group)
        if (each.offset == offset) return &each;
    return nullptr;
  }
};

/// Written into the folder.
std::vector<Layout> layouts(const TempDir& folder) {
  std::vector<Layout> all;
  const std::array hosts{host(1), host(2), host(3), host(4)};
  const auto add = [&](const std::string& name, u64 unit, u64 first, u64 behind,
                       const std::vector<std::size_t>& which) {
    u64 size = first;
    for (const std::size_t i : which) size += hosts.at(i).planted.bytes.size();
    Disk disk(size + behind);
    Layout& layout = all.emplace_back(Layout{name, folder / fmt::format("{}.raw", all.size())});
    u64 at = first, entry = 0;
    for (const std::size_t i : which) {
      const std::string& volume = hosts.at(i).planted.bytes;
      disk.put(at, volume);
      if (first > 0) disk.mbr(at / unit, volume.size() / unit, entry++);
      layout.add(at, hosts.at(i));
      at += volume.size();
    }
    write_text(layout.path, disk.bytes());
  };
  add("one volume up to the end", kSector, 1_MiB, 0, {0});
  add("one volume, and space behind it", kSector, 1_MiB, 2_MiB, {1});
  add("two volumes", kSector, 1_MiB, 1_MiB, {2, 3});
  add("a table in units of 4096 bytes", 4096, 1_MiB, 0, {1, 0});
  add("a bare volume", kSector, 0, 0, {3});
  return all;
}

/// Damage to a disk, until it goes out of scope.
class Damage {
public:
  Damage(const Layout& layout, u64 seed) : layout_(layout), random_(seed) {
    const u64 count = 1 + below(3);
    for (u64 i = 0; i < count; ++i) strike();
  }
  ~Damage() {
    for (auto undo = before_.rbegin(); undo != before_.rend(); ++undo)
      write_at(layout_.path, undo->first, undo->second);
  }
  Damage(const Damage&) = delete;

  const std::string& told() const { return told_; }

private:
  u64 below(u64 end) { return random_() % end; }

  void tell(const std::string& what) { told_ += (told_.empty() ? "" : "; ") + what; }

  void wipe(const std::string& what, u64 offset, u64 length) {
    tell(fmt::format("{} wiped ({} bytes at {})", what, length, offset));
    const char with = below(2) == 0 ? '\0' : 'x';
    change(offset, std::string(length, with));
  }

  void flip(const std::string& what, u64 offset, u64 length) {
    const u64 count = 1 + below(6);
    tell(fmt::format("{} bytes of {} changed", count, what));
    std::string bytes = read_at(layout_.path, offset, length);
    for (u64 i = 0; i < count; ++i) bytes.at(below(length)) ^= static_cast<char>(1 + below(255));
    change(offset, bytes);
  }

  void change(u64 offset, const std::string& bytes) {
    before_.emplace_back(offset, read_at(layout_.path, offset, bytes.size()));
    write_at(layout_.path, offset, bytes);
  }

  void hit(const std::string& what, u64 offset, u64 length) {
    below(2) == 0 ? wipe(what, offset, length) : flip(what, offset, length);
  }

  void strike() {
    const PlacedVolume& volume = layout_.volumes.at(below(layout_.volumes.size()));
    const std::string& boot = volume.boot_sector;
    const u64 cluster = u64{field<u16>(boot, 0x0B)} * field<u8>(boot, 0x0D);
    const u64 mft = volume.offset + record_offset(boot, 0);
    const u64 mirror = volume.offset + field<u64>(boot, 0x38) * cluster;
    const u64 first = below(4), some = 1 + below(kFirstRecords);
    switch (below(9)) {
    case 0: return table(volume);
    case 1: return hit("boot sector", volume.offset, 90);
    case 2: return hit("backup boot sector", volume.offset + volume.size - kSector, 90);
    case 3: return hit("$MFTMirr", mirror, 4096);
    case 4: return hit("first MFT record", mft, 1024);
    case 5: return wipe("MFT records", mft, some * 1024);
    case 6: return hit("an MFT record", mft + first * 1024, 1024);
    case 7: wipe("$MFTMirr", mirror, 4096); return wipe("MFT records", mft, some * 1024);
    default: wipe("boot sector", volume.offset, kSector); return table(volume);
    }
  }

  void table(const PlacedVolume& volume) {
    if (volume.offset == 0) return hit("boot sector", 0, 90);
    const u64 entry = 446 + 16 * below(layout_.volumes.size());
    switch (below(4)) {
    case 0: return wipe("first sector", 0, kSector);
    case 1: return wipe("table entry", entry, 16);
    default: return flip("table entry", entry + 8, 8);
    }
  }

  const Layout& layout_;
  std::mt19937_64 random_;
  std::string told_;
  std::vector<std::pair<u64, std::string>> before_; ///< offset and what stood there
};

/// Every file that stands in the manifest as allocated is one that was planted there.
void require_no_wrong_content(const Layout& layout, const Swept& swept) {
  for (const nlohmann::json& volume : swept.volumes) {
    if (volume.at("filesystem") == "none" || volume.at("status") != "swept") continue;
    const u64 offset = volume.at("offset");
    CAPTURE(offset);
    const PlacedVolume* placed = layout.at(offset);
    for (const auto& [path, sha256] : swept_files(swept, offset)) {
      CAPTURE(path, sha256);
      REQUIRE(placed != nullptr);
      const Truth& truth = placed->truth;
      const std::string name = path.substr(path.rfind('/'));
      // Where folders are lost, a file is listed by its name below another one.
      REQUIRE(std::any_of(truth.begin(), truth.end(), [&](const auto& file) {
        return file.first == path || (file.first.ends_with(name) && file.second == sha256);
      }));
      if (truth.contains(path)) REQUIRE(truth.at(path) == sha256);
    }
  }
}

u64 lost_files(const Layout& layout, const Swept& swept) {
  u64 lost = 0;
  for (const PlacedVolume& volume : layout.volumes) {
    const Truth files = swept_files(swept, volume.offset);
    for (const auto& file : volume.truth) lost += files.contains(file.first) ? 0 : 1;
  }
  return lost;
}

} // namespace

TEST_CASE("on 510 damaged disks no file has another one's bytes, and a lost one is named") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const TempDir folder;
  const std::vector<Layout> disks = layouts(folder);
  SweepOptions options;
  options.threads = 1;
  u64 with_losses = 0, whole = 0;
  for (u64 seed = 1; seed <= rounds(510, 15); ++seed) {
    const Layout& layout = disks.at(seed % disks.size());
    const Damage damage(layout, seed);
    CAPTURE(seed, layout.name, damage.told());
    const Swept swept = run_sweep(layout.path, kEveryStream, options);
    require_balanced(swept);
    require_no_wrong_content(layout, swept);
    const u64 lost = lost_files(layout, swept);
    if (lost > 0) CHECK(swept.result.incomplete);
    ++(lost > 0 ? with_losses : whole);
  }
  CHECK(whole > rounds(510, 15) / 4);
  CHECK(with_losses >= rounds(510, 15) / 40); // most is found by what is left
}

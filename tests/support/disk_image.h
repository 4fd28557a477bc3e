// SPDX-License-Identifier: Apache-2.0
// Disk images that a test puts together from volumes and a partition table, and what a sweep of
// them has to find. Any thread.
#pragma once

#include "support/ntfs_image.h"
#include "support/run_sweep.h"
#include "support/temp_dir.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace coldsweep::test {

using Truth = std::map<std::string, std::string>; ///< path -> SHA-256

/// The main streams of the allocated files. Builds the image.
Truth truth_of(NtfsImage& image);

struct PlantedVolume {
  std::string bytes;
  Truth truth;
};

struct VolumeForm {
  u64 size = 8_MiB;
  u32 cluster = 4096, sector = 512;
};
/// A volume with a few files whose content depends on the seed.
PlantedVolume planted_volume(u64 seed, const VolumeForm& form = {});

struct GptForm {
  u64 unit = 512;  ///< bytes of a sector
  u64 padding = 0; ///< bytes behind the backup
};

/// A disk under construction. Offsets and sizes are in bytes.
class Disk {
public:
  explicit Disk(u64 size) : bytes_(size, '\0') {}

  Disk& put(u64 offset, const std::string& bytes);
  Disk& wipe(u64 offset, u64 length) { return put(offset, std::string(length, '\0')); }
  /// Partitions the disk with sfdisk, by its script.
  Disk& split(const std::string& script);
  /// An entry (0 to 3) of an MBR. `start` and `count` are what it says, in whatever unit.
  Disk& mbr(u64 start, u64 count, u64 entry = 0, u8 type = 7);
  /// The same, of a table that is not in the first sector: a link of an extended partition.
  Disk& link(u64 table, u64 start, u64 count, u64 entry = 0, u8 type = 7);
  /// A protective MBR and a GPT. Partitions are first and last sector.
  Disk& gpt(const std::vector<std::pair<u64, u64>>& partitions, const GptForm& form = {});

  std::filesystem::path write() const;
  /// Throws Error without ewfacquire. `options` go to it.
  std::filesystem::path write_e01(const std::vector<std::string>& options = {}) const;
  /// In segments of `bytes`, `disk.001` and so on. Returns the first.
  std::filesystem::path write_split(u64 bytes) const;
  u64 size() const { return bytes_.size(); }
  const std::string& bytes() const { return bytes_; }

private:
  TempDir folder_;
  std::string bytes_;
};

/// Two volumes, one behind the other.
struct TwoVolumes {
  static constexpr u64 kFirst = 1_MiB; ///< offset of the first one
  PlantedVolume one = planted_volume(1, {.size = 3_MiB}), two = planted_volume(2, {.size = 3_MiB});
  u64 second = kFirst + one.bytes.size(); ///< offset
  Disk disk{second + two.bytes.size() + 1_MiB};

  TwoVolumes() { disk.put(kFirst, one.bytes).put(second, two.bytes); }
  /// `unit`: bytes of the sectors that the MBR counts.
  Disk& with_mbr(u64 unit = 512) {
    return disk.mbr(kFirst / unit, one.bytes.size() / unit)
        .mbr(second / unit, two.bytes.size() / unit, 1);
  }
};

/// The allocated files of the volume at that offset, as the manifest has them: their main streams,
/// without the system's.
Truth swept_files(const Swept& swept, u64 offset);

/// Of the volumes, without the gaps between them.
std::vector<std::string> locators(const Swept& swept);

/// Corrects the checksum of a GPT's header and, unless they are to stay wrong, of its entries.
void seal_gpt(std::string& disk, u64 header, u64 unit, bool entries = true);

/// Adds a section `error2` to the last segment of an EWF set, with ranges of sectors: first, count.
void add_acquisition_errors(const std::filesystem::path& segment,
                            const std::vector<std::pair<u32, u32>>& ranges);

} // namespace coldsweep::test

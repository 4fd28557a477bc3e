// SPDX-License-Identifier: Apache-2.0
#include "filesystem/ntfs_volume.h"

#include "base/text.h"

#include <algorithm>
#include <utility>

namespace coldsweep {
namespace {

constexpr u64 kVolumeRecord = 3;

std::string volume_label(const Mft& mft) {
  try {
    std::vector<std::byte> bytes = mft.read(kVolumeRecord);
    const std::optional<MftRecord> record = parse_mft_record(bytes);
    const Attribute* name = record ? find_attribute(*record, AttributeType::volume_name) : nullptr;
    return name != nullptr ? printable(decode_utf16_name(name->value).utf8) : "";
  } catch (const Error&) {
    return ""; // the walk over the MFT reports the record
  }
}

} // namespace

NtfsVolume NtfsVolume::open(SourcePtr source) {
  std::vector<std::byte> boot(512);
  source->read(0, boot);
  NtfsGeometry geometry = parse_boot_sector(boot);
  const u64 present =
      source->end() / geometry.cluster_size + (source->end() % geometry.cluster_size != 0 ? 1 : 0);
  geometry.present_clusters = std::min(geometry.cluster_count, present);
  Mft mft = Mft::open(*source, geometry);
  std::string label = volume_label(mft);
  return {std::move(source), geometry, std::move(mft), std::move(label)};
}

} // namespace coldsweep

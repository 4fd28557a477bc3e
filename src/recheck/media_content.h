// SPDX-License-Identifier: Apache-2.0
// What a finding's stream holds, read from the media where the manifest says it stands: no partition table, no MFT, no plan.
// Only what NTFS or WOF compressed is decoded, by the decoders that the sweep uses. Used by one thread.
#pragma once

#include "image/byte_source.h"
#include "report/records.h"

#include <functional>

namespace coldsweep {

using TakeBytes = std::function<void(ByteView)>;

class MediaContent {
public:
  MediaContent(SourcePtr media, u64 cluster_size)
      : media_(std::move(media)), cluster_size_(cluster_size) {}

  /// Hands out the content piece by piece. Throws ReadError where the media can't be read, FormatError where what the
  /// manifest says of the place can't be, or what stands there does not decompress.
  void read(const report::FindingRow& finding, const TakeBytes& take) const;

  /// `length` bytes of the media.
  std::vector<std::byte> at(u64 media_offset, u64 length) const;

private:
  void read_plain(const report::FindingRow& finding, u64 from, u64 size,
                  const TakeBytes& take) const;
  void read_lznt1(const report::FindingRow& finding, const TakeBytes& take) const;
  void read_wof(const report::FindingRow& finding, const TakeBytes& take) const;

  SourcePtr media_;
  u64 cluster_size_;
};

} // namespace coldsweep

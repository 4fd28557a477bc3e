// SPDX-License-Identifier: Apache-2.0
// Reads the content of a finding's stream from the places on the media that the manifest states,
// without partition table, MFT or plan. Only content that NTFS or WOF compressed is decoded, by the
// same decoders as in the sweep. Used by one thread.
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

  /// Hands out the content piece by piece. Throws ReadError if the media can't be read, FormatError
  /// if the place that the manifest states is not possible, or if what is there doesn't decompress.
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

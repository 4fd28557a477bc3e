// SPDX-License-Identifier: Apache-2.0
// Reads the content of a finding's stream from the places on the media that the manifest states,
// without partition table, MFT or plan. Only content that NTFS or WOF compressed is decoded, by the
// same decoders as in the sweep. Used by one thread.
#pragma once

#include "image/byte_source.h"
#include "recheck/limits.h"
#include "report/records.h"

#include <functional>
#include <string>
#include <vector>

namespace coldsweep {

using TakeBytes = std::function<void(ByteView)>;

/// Why some of a content is zeros; empty if there is no such range.
struct ContentDamage {
  std::string unreadable, undecodable; ///< the first range
};

class MediaContent {
public:
  MediaContent(SourcePtr media, u64 cluster_size, const RecheckLimits& limits)
      : media_(std::move(media)), cluster_size_(cluster_size), most_decoded_(limits.decoded) {}

  /// The compression units that the content may have, in clusters, the usual one first. The
  /// manifest doesn't state it. One of 0 clusters if NTFS didn't compress the content.
  std::vector<u64> possible_units(const report::FindingRow& finding) const;

  /// Hands out the content piece by piece, with zeros for what can't be read or decompressed, as it
  /// was scanned. `unit`: one of possible_units(). Throws RecheckLimit if the content is too long
  /// to decode, FormatError if the place that the manifest states is not possible.
  ContentDamage read(const report::FindingRow& finding, u64 unit, const TakeBytes& take) const;

  /// `length` bytes of the media.
  std::vector<std::byte> at(u64 media_offset, u64 length) const;

private:
  ContentDamage read_plain(const report::FindingRow& finding, u64 from, u64 size,
                           const TakeBytes& take) const;
  ContentDamage read_lznt1(const report::FindingRow& finding, u64 unit,
                           const TakeBytes& take) const;
  ContentDamage read_wof(const report::FindingRow& finding, const TakeBytes& take) const;
  /// Fills `into` with bytes of the media, or zeros.
  void fill(u64 media_offset, MutableBytes into, ContentDamage& damage) const;

  SourcePtr media_;
  u64 cluster_size_;
  u64 most_decoded_;
};

} // namespace coldsweep

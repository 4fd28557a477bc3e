// SPDX-License-Identifier: Apache-2.0
// Where archives begin in content that begins like something else: self-extractors, scripts and
// pictures with an archive behind them, two archives in a row. They are found by structure, not by
// a signature alone. Pure functions.
#pragma once

#include "content/archive_kind.h"

#include <array>
#include <optional>

namespace coldsweep {

struct Carried {
  ArchiveKind kind = ArchiveKind::none;
  u64 offset = 0; ///< of a zip: 0, since its members may be anywhere
};

/// The first archive in the content. A 7z, RAR, and in a program a cabinet or the local header of a
/// zip, begins in the first 64 MiB; the end record of a zip is at the end; the compressed data of a
/// script begins behind a line of its first MiB. It costs one look at these bytes.
std::optional<Carried> find_carried(ByteView content);

/// For content that is read piece by piece: whether find_carried() may find something. Used by one
/// thread.
class CarrierSearch {
public:
  explicit CarrierSearch(u64 content_size) : size_(content_size) {}
  /// The next bytes of the content, without those of the piece before.
  bool may_carry(ByteView more);

private:
  bool may_carry(ByteView seen, u64 begin) const;

  u64 size_, at_ = 0;
  bool program_ = false, script_ = false;
  std::array<std::byte, 8> tail_{}; ///< of the last piece
  u64 tail_size_ = 0;
};

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
// One stream of a volume: its identity, where its bytes are, how they are stored. No content.
#pragma once

#include "base/types.h"

#include <compare>
#include <optional>
#include <string_view>
#include <tuple>

namespace coldsweep {

/// What kind of bytes a stream holds. The values are part of the journal's format: append only.
enum class StreamKind : u8 {
  data,
  name,          ///< no bytes: the names of a file or folder, one of them suspicious
  attribute,     ///< the value of an attribute other than $DATA: $EA, $REPARSE_POINT, ...
  uninitialized, ///< allocated to a stream, between its initialized size and its size
  slack,         ///< allocated to a stream, past its size
  mft_slack,     ///< of an MFT record, past its used size
  index_slack,   ///< of a folder's index, past the entries in use
  unallocated,   ///< unallocated clusters
  volume_slack,  ///< of a volume, past its last cluster
  gap,           ///< of the media, outside every volume
  // Parts of the kinds above, examined on their own:
  carved,       ///< begins like a file; its size is a guess
  strings_only, ///< has a rule's strings, but its condition can't be evaluated there
  // Further kinds of raw space:
  unattributed, ///< clusters that $Bitmap marks as allocated, used by no attribute we found
};

/// MFT record numbers have 48 bits. Bytes that belong to no record get numbers from here on, so
/// they sort last: this plus the number of the first cluster (for a gap: plus its offset in the
/// media).
constexpr u64 kNoRecord = u64{1} << 48;

/// Whether the bytes are raw space, as opposed to content that the file system presents.
constexpr bool is_raw(StreamKind kind) {
  return (kind >= StreamKind::uninitialized && kind <= StreamKind::gap) ||
         kind == StreamKind::unattributed;
}

/// How the bytes are stored. The values are part of the journal's format: append only.
enum class Encoding : u8 {
  plain,
  lznt1,
  wof, ///< in a form that can't be decoded here
  efs,
  wof_xpress4k,
  wof_xpress8k,
  wof_xpress16k,
  wof_lzx,
  elsewhere, ///< not on the volume: a placeholder of a filter such as OneDrive's
};

std::string_view name_of(StreamKind kind);
std::string_view name_of(Encoding encoding);

/// Whether the bytes are read exactly as stored on the volume.
constexpr bool is_read_as_stored(Encoding encoding) {
  return encoding == Encoding::plain || encoding == Encoding::efs;
}

/// Whether the stream is compressed by the Windows Overlay Filter (WOF) in a form that is decoded.
constexpr bool is_decoded_wof(Encoding encoding) {
  return encoding >= Encoding::wof_xpress4k && encoding <= Encoding::wof_lzx;
}

/// Identifies one stream for good: in manifest, journal and golden files.
struct StreamId {
  u32 volume = 0;
  u64 record = 0;    ///< MFT record
  u16 sequence = 0;  ///< of that record
  u16 attribute = 0; ///< attribute id, the ID in `icat RECORD-128-ID`
  StreamKind kind = StreamKind::data;

  /// The manifest's order: volume, record, attribute, kind.
  friend auto operator<=>(const StreamId& a, const StreamId& b) {
    return std::tie(a.volume, a.record, a.attribute, a.kind, a.sequence) <=>
           std::tie(b.volume, b.record, b.attribute, b.kind, b.sequence);
  }
  bool operator==(const StreamId&) const = default;
};

/// A range of a stream. Extents of a stream are in order, adjacent and without overlap.
struct Extent {
  enum class Kind : u8 {
    stored,  ///< the bytes are at `source_offset` of the volume
    sparse,  ///< zeros that take no cluster
    missing, ///< the data runs give no usable location
    /// The media has an update sequence number in their place. The bytes are at `source_offset`.
    rewritten,
  };
  u64 stream_offset = 0; ///< LZNT1: of the first byte once decompressed; WOF: in the stored stream
  u64 source_offset = 0; ///< in the volume; 0 for sparse and missing
  u64 length = 0;
  Kind kind = Kind::stored;

  /// Whether the bytes are at `source_offset`.
  constexpr bool placed() const { return kind == Kind::stored || kind == Kind::rewritten; }
  bool operator==(const Extent&) const = default;
};

/// Windows compresses units of 16 clusters, and only on volumes with clusters of up to 4 KiB
/// ("NTFS overview", Microsoft). Buffers get the size of a unit.
inline constexpr u64 kMostCompressionUnit = 64_KiB;

/// Cheap to copy. The plan owns what the views point to, and outlives this.
struct StreamRef {
  StreamId id;
  u64 size = 0;        ///< as the image claims; never allocate this much
  u64 initialized = 0; ///< bytes past this read as zero, whatever the clusters hold
  Encoding encoding = Encoding::plain;
  bool deleted = false;     ///< the MFT record is not in use
  bool resident = false;    ///< the extents are inside the MFT record
  bool recovered = false;   ///< the MFT record was found by its signature, not through $MFT
  u32 compression_unit = 0; ///< bytes, for LZNT1 and WOF
  /// WOF: the id of the attribute that the extents belong to, if it isn't `id.attribute`.
  std::optional<u16> stored_attribute;
  u64 stored_size = 0; ///< WOF: of that attribute
  /// The last bytes of `size`, with which another stream begins. Matches that begin here belong to
  /// that stream.
  u64 shared_tail = 0;
  /// Bytes of the volume that the account counts for this stream. Each byte has one owner.
  u64 owned = 0;
  u32 attribute_type = 0x80; ///< $DATA; another for StreamKind::attribute and index_slack
  bool system = false;       ///< belongs to NTFS or the Windows memory manager, not to a user
  bool unlike_icat = false;  ///< The Sleuth Kit reads the file's attribute list differently
  u64 slack_of_size = 0;     ///< slack and uninitialized bytes: where they begin in the attribute
  std::span<const Extent> extents;
  std::string_view name;       ///< of the $DATA attribute, in UTF-8; empty for the main stream
  std::string_view why_unread; ///< Encoding::wof and elsewhere: why the content can't be read
};

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
// One stream of a volume: what names it, where its bytes stand, how they are stored. No content.
#pragma once

#include "base/types.h"

#include <compare>
#include <optional>
#include <string_view>
#include <tuple>

namespace coldsweep {

/// What kind of bytes a stream is. The values are part of the journal's format: append only.
enum class StreamKind : u8 {
  data,
  name,          ///< no bytes: the names of a file or folder, where one of them is odd
  attribute,     ///< the value of an attribute other than $DATA: $EA, $REPARSE_POINT, ...
  uninitialized, ///< allocated to a stream, between its initialized size and its size
  slack,         ///< allocated to a stream, past its size
  mft_slack,     ///< of an MFT record, past its used size
  index_slack,   ///< of a folder's index, past the entries in use
  unallocated,   ///< clusters in no use
  volume_slack,  ///< of a volume, past its last cluster
  gap,           ///< of the media, in no volume
  // Parts of the kinds above, judged on their own:
  carved,       ///< what begins like a file, with a size that is guessed
  strings_only, ///< a rule's strings stand there, but its condition can't be judged
  // Further kinds of raw space:
  unattributed, ///< clusters that $Bitmap has in use, and no stream or other attribute that was found
};

/// MFT record numbers have 48 bits. Bytes that belong to no record bear numbers from here on, so that they come last: this
/// plus the number of the first cluster (of a gap: plus its offset in the media).
constexpr u64 kNoRecord = u64{1} << 48;

/// Whether the bytes are no content that a file system gives out, but what lies in its clusters.
constexpr bool is_raw(StreamKind kind) {
  return (kind >= StreamKind::uninitialized && kind <= StreamKind::gap) ||
         kind == StreamKind::unattributed;
}

/// How the bytes are stored. The values are part of the journal's format: append only.
enum class Encoding : u8 {
  plain,
  lznt1,
  wof, ///< in a way that can't be decoded here
  efs,
  wof_xpress4k,
  wof_xpress8k,
  wof_xpress16k,
  wof_lzx,
};

std::string_view name_of(StreamKind kind);
std::string_view name_of(Encoding encoding);

/// Whether its bytes are read as they stand on the volume.
constexpr bool is_read_as_stored(Encoding encoding) {
  return encoding == Encoding::plain || encoding == Encoding::efs;
}

/// Whether the stream is read through Windows' overlay filter (WOF) in a form that is decoded.
constexpr bool is_decoded_wof(Encoding encoding) {
  return encoding >= Encoding::wof_xpress4k && encoding <= Encoding::wof_lzx;
}

/// Names one stream for ever: in manifest, journal and golden files.
struct StreamId {
  u32 volume = 0;
  u64 record = 0;    ///< MFT record
  u16 sequence = 0;  ///< of that record
  u16 attribute = 0; ///< attribute id, as `icat RECORD-128-ID` takes it
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
    stored,  ///< the bytes stand at `source_offset` of the volume
    sparse,  ///< zeros that take no cluster
    missing, ///< the run list gives no usable place for them
    rewritten, ///< the media holds an update sequence number in their place, and they stand at `source_offset`
  };
  u64 stream_offset = 0; ///< LZNT1: of the first byte they decompress to; WOF: in the stored stream
  u64 source_offset = 0; ///< in the volume; 0 for sparse and missing
  u64 length = 0;
  Kind kind = Kind::stored;

  /// Whether the bytes stand at `source_offset`.
  constexpr bool placed() const { return kind == Kind::stored || kind == Kind::rewritten; }
  bool operator==(const Extent&) const = default;
};

/// Cheap to copy: the plan owns what the views show, and outlives it.
struct StreamRef {
  StreamId id;
  u64 size = 0;        ///< as the image claims: never an allocation size
  u64 initialized = 0; ///< bytes past this are zero, whatever the clusters hold
  Encoding encoding = Encoding::plain;
  bool deleted = false;     ///< the MFT record is not in use
  bool resident = false;    ///< the extents lie within the MFT record
  bool recovered = false;   ///< the MFT record was found by its signature, not through $MFT
  u32 compression_unit = 0; ///< bytes, for LZNT1 and WOF
  std::optional<u16>
      stored_attribute; ///< of the attribute that the extents are of, where it is another
  u64 stored_size = 0;  ///< of that attribute, for WOF
  u64 shared_tail =
      0; ///< of `size`: bytes that another stream begins with. Matches that begin here are that one's
  u64 owned =
      0; ///< bytes of the volume that the account counts as this stream's: each has one owner
  u32 attribute_type = 0x80; ///< $DATA; another for StreamKind::attribute and index_slack
  bool system = false;       ///< kept by NTFS or by the memory manager of Windows, not by a user
  u64 slack_of_size = 0; ///< of slack and uninitialized bytes: where they begin in the attribute
  std::span<const Extent> extents;
  std::string_view name;       ///< of the $DATA attribute in UTF-8; empty for the main stream
  std::string_view why_unread; ///< of Encoding::wof: why its content can't be decoded
};

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
#include "filesystem/mft_record.h"

#include "base/checked.h"
#include "base/endian.h"
#include "base/error.h"
#include "base/text.h"
#include "filesystem/update_sequence.h"

#include <algorithm>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr std::size_t kHeaderBytes = 42;
constexpr std::size_t kMostAttributes = 4096;

/// Throws FormatError if the header of the attribute is impossible.
Attribute parse_attribute(ByteView record, u64 offset, ByteView bytes) {
  Attribute a;
  a.type = *little<u32>(bytes, 0);
  a.resident = *little<u8>(bytes, 8) == 0;
  a.flags = *little<u16>(bytes, 12);
  a.id = *little<u16>(bytes, 14);
  const auto impossible = [&](const char* what) {
    return FormatError(fmt::format("attribute 0x{:x} at offset {}: {}", a.type, offset, what));
  };
  if (const u64 length = *little<u8>(bytes, 9); length > 0) {
    const std::optional<ByteView> name = slice(bytes, *little<u16>(bytes, 10), length * 2);
    if (!name) throw impossible("its name reaches past its end");
    a.name = *name;
  }
  if (a.resident) {
    const std::optional<u32> length = little<u32>(bytes, 16);
    const std::optional<u16> value_offset = little<u16>(bytes, 20);
    const std::optional<ByteView> value =
        length && value_offset ? slice(bytes, *value_offset, *length) : std::nullopt;
    if (!value) throw impossible("its value reaches past its end");
    a.value = *value;
    a.value_offset = static_cast<u32>(value->data() - record.data());
    return a;
  }
  if (bytes.size() < 64) throw impossible("too short for a non-resident attribute");
  a.first_vcn = *little<u64>(bytes, 16);
  a.compression_exponent = *little<u16>(bytes, 34);
  a.size = *little<u64>(bytes, 48);
  a.initialized = *little<u64>(bytes, 56);
  const u64 runs_offset = *little<u16>(bytes, 32);
  if (runs_offset < 64 || runs_offset > bytes.size())
    throw impossible("its run list stands outside of it");
  a.runs = bytes.subspan(runs_offset);
  return a;
}

void parse_attributes(ByteView bytes, u64 offset, MftRecord& record) {
  while (record.attributes.size() < kMostAttributes) {
    const std::optional<u32> type = little<u32>(bytes, offset);
    if (!type) {
      record.problems.push_back(
          fmt::format("no end of its attributes within {} bytes", bytes.size()));
      return;
    }
    if (*type == static_cast<u32>(AttributeType::end)) return;
    const u64 length = little<u32>(bytes, offset + 4).value_or(0);
    const std::optional<ByteView> whole = slice(bytes, offset, length);
    if (length < 24 || !whole) {
      record.problems.push_back(
          fmt::format("attribute 0x{:x} at offset {} claims {} bytes", *type, offset, length));
      return;
    }
    try {
      record.attributes.push_back(parse_attribute(bytes, offset, *whole));
    } catch (const FormatError& e) {
      record.problems.emplace_back(e.what());
    }
    offset += length;
  }
  record.problems.push_back(fmt::format("more than {} attributes", kMostAttributes));
}

/// Some formatters leave free records by the thousand with an end mark or zeros and no attribute.
/// The words at the ends of sectors may be left of what the record was before.
bool holds_nothing(ByteView bytes, u64 first, u64 used) {
  constexpr u64 kTypeAndLength = 8, kWords = kUpdateStride - 2;
  if (!fits(first, kTypeAndLength, bytes.size())) return false;
  if (little<u32>(bytes, first) == static_cast<u32>(AttributeType::end)) return true;
  const u64 end = std::max(used, first + kTypeAndLength);
  for (u64 at = first; at < end; at = (at / kUpdateStride + 1) * kUpdateStride) {
    const u64 to = std::min(end, at / kUpdateStride * kUpdateStride + kWords);
    if (at < to && !is_zero(bytes.subspan(at, to - at))) return false;
  }
  return true;
}

} // namespace

std::optional<MftRecord> parse_mft_record(MutableBytes bytes) {
  if (bytes.size() < kUpdateStride || *little<u32>(bytes, 0) == 0) return std::nullopt;
  const std::string_view signature = chars_of(ByteView(bytes).first(4));
  if (signature == "BAAD") throw FormatError("marked BAAD: chkdsk or NTFS found a torn write");
  if (signature != "FILE")
    throw FormatError(
        fmt::format("signature FILE expected, found {}", hex(ByteView(bytes).first(4))));
  static_assert(kHeaderBytes < kUpdateStride);

  MftRecord record;
  record.fixup_offset = undo_update_sequence(bytes, record.problems);
  record.sequence = *little<u16>(bytes, 16);
  const u16 flags = *little<u16>(bytes, 22);
  record.in_use = (flags & 1) != 0;
  record.directory = (flags & 2) != 0;
  record.base = FileReference::from(*little<u64>(bytes, 32));
  const u64 used = std::min<u64>(*little<u32>(bytes, 24), bytes.size());
  record.used = static_cast<u32>(used);
  const ByteView stored = ByteView(bytes).first(used);
  const u64 first = *little<u16>(bytes, 20);
  if (!record.in_use && holds_nothing(bytes, first, used)) {
    record.problems.clear(); // nothing was torn
    return record;
  }
  parse_attributes(stored, first, record);
  return record;
}

} // namespace coldsweep

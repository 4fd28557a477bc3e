// SPDX-License-Identifier: Apache-2.0
#include "content/carve.h"

#include "base/endian.h"
#include "base/error.h"
#include "base/text.h"
#include "filesystem/mft_record.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <tuple>

namespace coldsweep {
namespace {

constexpr u64 kLeastText = 16;     // this many bytes of text are the start of a text
constexpr u64 kLeastResident = 16; // a shorter resident value is not carved
constexpr u64 kTimesOver = 4;
constexpr u64 kTimesSearched = 32; // for ends: hostile bytes begin a file in each cluster

constexpr std::array<std::string_view, 5> kTags{"<%", "<?php", "<script", "<?xml", "#!/"};

bool is_text_byte(std::byte byte) {
  const auto c = std::to_integer<unsigned>(byte);
  return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c != 0x7F);
}

bool has_tag(ByteView bytes) {
  return std::any_of(kTags.begin(), kTags.end(),
                     [&](std::string_view tag) { return has_at(bytes, 0, tag); });
}

/// Up to the first NUL; in UTF-16, up to the first pair of NULs.
u64 text_length(ByteView bytes) {
  if (has_at(bytes, 0, "\xFF\xFE")) {
    for (u64 at = 0; at + 1 < bytes.size(); at += 2)
      if (bytes[at] == std::byte{0} && bytes[at + 1] == std::byte{0}) return at;
    return bytes.size();
  }
  const void* end = std::memchr(bytes.data(), 0, bytes.size());
  return end == nullptr ? bytes.size()
                        : static_cast<u64>(static_cast<const std::byte*>(end) - bytes.data());
}

bool looks_like_text(ByteView bytes) {
  if (has_at(bytes, 0, "\xFF\xFE")) return text_length(bytes) >= kLeastText;
  const ByteView start = bytes.first(std::min<u64>(bytes.size(), kLeastText));
  return start.size() == kLeastText && std::all_of(start.begin(), start.end(), is_text_byte);
}

/// The end of the last section, or of the signature after the sections. Layout: Microsoft, "PE
/// Format".
std::optional<u64> pe_size(ByteView bytes) {
  const std::optional<u32> at = little<u32>(bytes, 0x3C);
  if (!at || *at > 64_KiB) return std::nullopt;
  const std::optional<ByteView> magic = slice(bytes, *at, 4);
  if (!magic || chars_of(*magic) != std::string_view("PE\0\0", 4)) return std::nullopt;
  const u64 sections = little<u16>(bytes, *at + 6).value_or(0);
  const u64 optional_size = little<u16>(bytes, *at + 20).value_or(0);
  const u64 optional_header = u64{*at} + 24;
  u64 size = optional_header + optional_size + sections * 40;
  for (u64 i = 0; i < sections; ++i) {
    const u64 section = optional_header + optional_size + i * 40;
    size = std::max(size, u64{little<u32>(bytes, section + 16).value_or(0)} +
                              little<u32>(bytes, section + 20).value_or(0));
  }
  const bool wide = little<u16>(bytes, optional_header).value_or(0) == 0x20B;
  const u64 certificates = optional_header + (wide ? 144 : 128);
  if (optional_size >= (wide ? 152U : 136U))
    size = std::max(size, u64{little<u32>(bytes, certificates).value_or(0)} +
                              little<u32>(bytes, certificates + 4).value_or(0));
  return size;
}

/// Up to the end of the central directory. Layout: PKWARE, APPNOTE 4.3.16.
u64 zip_size(ByteView bytes) {
  constexpr std::string_view kEnd("PK\5\6", 4);
  const std::string_view text = chars_of(bytes);
  const std::size_t end = text.find(kEnd);
  if (end == std::string_view::npos) return bytes.size();
  return end + 22 + little<u16>(bytes, end + 20).value_or(0);
}

/// The size that the file would have; absent if no known format begins here.
std::optional<u64> size_of_binary(ByteView bytes) {
  if (has_at(bytes, 0, "MZ")) return pe_size(bytes);
  if (has_at(bytes, 0, "PK\3\4")) return zip_size(bytes);
  if (has_at(bytes, 0, std::string_view("MSCF\0\0\0\0", 8))) return little<u32>(bytes, 8);
  if (has_at(bytes, 0, std::string_view("ElfChnk\0", 8))) return 64_KiB;
  if (has_at(bytes, 0, "MDMP\x93\xA7")) return bytes.size();
  return std::nullopt;
}

class Carver {
public:
  Carver(ByteView content, const CarveOptions& options)
      : content_(content), options_(options), left_(content.size() * kTimesOver),
        search_left_(content.size() * kTimesSearched) {}

  void look_at(const RawRun& run) {
    const u64 end = std::min<u64>(run.offset + run.length, content_.size());
    if (options_.anywhere) return look_anywhere(run.offset, end);
    for (u64 at = run.first_start; at < end; at += options_.cluster_size) {
      look_at_start(run, at, end);
      if (options_.record_size != 0)
        for (u64 record = at; record < std::min(end, at + options_.cluster_size);
             record += std::max<u64>(options_.record_size, 512))
          look_at_record(record, end);
    }
  }

  CarveResult take() {
    std::vector<Carved>& pieces = result_.pieces;
    const auto before = [](const Carved& a, const Carved& b) {
      return std::tie(a.offset, a.size) < std::tie(b.offset, b.size);
    };
    std::stable_sort(pieces.begin(), pieces.end(), before);
    pieces.erase(std::unique(pieces.begin(), pieces.end(),
                             [&](const Carved& a, const Carved& b) {
                               return a.offset == b.offset && a.size == b.size;
                             }),
                 pieces.end());
    return std::move(result_);
  }

private:
  void add(u64 offset, u64 size, std::vector<std::byte> mended = {}) {
    if (size == 0) return;
    if (size > left_) {
      ++result_.left_out;
      return;
    }
    left_ -= size;
    result_.pieces.push_back({offset, size, std::move(mended)});
  }

  void look_at_start(const RawRun& run, u64 at, u64 end) {
    if (search_left_ == 0) {
      result_.left_out += has_tag(content_.subspan(at, end - at)) ? 1 : 0;
      return;
    }
    const ByteView bytes = content_.subspan(at, end - at);
    if (const std::optional<u64> size = size_of_binary(bytes)) return add_found(at, *size, bytes);
    // Text that continues from the previous cluster is not a start, unless it begins with a tag.
    const bool goes_on = at > run.offset && is_text_byte(content_[at - 1]);
    if (has_tag(bytes) || (!goes_on && looks_like_text(bytes)))
      add_found(at, text_length(bytes), bytes);
  }

  /// Adds a part whose end had to be searched for.
  void add_found(u64 at, u64 size, ByteView bytes) {
    size = std::min<u64>(size, bytes.size());
    search_left_ -= std::min(size, search_left_);
    add(at, size);
  }

  void look_at_record(u64 at, u64 end) {
    const ByteView stored = content_.subspan(at, end - at);
    if (!has_at(stored, 0, "FILE") || stored.size() < options_.record_size) return;
    const ByteView as_stored = stored.first(options_.record_size);
    std::vector<std::byte> bytes(as_stored.begin(), as_stored.end());
    try {
      const std::optional<MftRecord> record = parse_mft_record(bytes);
      if (!record) return;
      for (const Attribute& a : record->attributes) {
        if (!a.is(AttributeType::data) || !a.resident || a.value.size() < kLeastResident) continue;
        const bool same =
            std::equal(a.value.begin(), a.value.end(), as_stored.subspan(a.value_offset).begin());
        add(at + a.value_offset, a.value.size(),
            same ? std::vector<std::byte>{}
                 : std::vector<std::byte>(a.value.begin(), a.value.end()));
      }
    } catch (const FormatError&) { // it only looked like a record
    }
  }

  /// The slack of a record holds what an earlier, longer version of it held.
  void look_anywhere(u64 from, u64 end) {
    for (u64 at = from; at < end; ++at) {
      const ByteView bytes = content_.subspan(at, end - at);
      if (bytes[0] == std::byte{'<'} && has_tag(bytes) &&
          (at == from || !has_tag(content_.subspan(at - 1))))
        add(at, text_length(bytes));
      if ((at + options_.attribute_phase) % 8 == 0) look_at_attribute(at, bytes);
    }
  }

  void look_at_attribute(u64 at, ByteView bytes) {
    const auto type = little<u32>(bytes, 0), length = little<u32>(bytes, 4);
    const auto non_resident = little<u8>(bytes, 8);
    const auto value_length = little<u32>(bytes, 16);
    const auto value_offset = little<u16>(bytes, 20);
    if (!value_offset || *type != 0x80 || *non_resident != 0) return;
    if (*value_offset < 24 || *value_length < kLeastResident || *length > 64_KiB) return;
    if (u64{*value_offset} + *value_length > *length ||
        u64{*value_offset} + *value_length > bytes.size())
      return;
    add(at + *value_offset, *value_length);
  }

  ByteView content_;
  CarveOptions options_;
  u64 left_, search_left_;
  CarveResult result_;
};

} // namespace

CarveResult carve(ByteView content, std::span<const RawRun> runs, const CarveOptions& options) {
  Carver carver(content, options);
  for (const RawRun& run : runs)
    if (run.offset < content.size()) carver.look_at(run);
  return carver.take();
}

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
#include "content/zip.h"

#include "base/endian.h"
#include "content/covered.h"
#include "content/crc32.h"
#include "content/library_walk.h"
#include "content/member_bytes.h"
#include "content/member_name.h"
#include "content/zip_member.h"

#include <algorithm>
#include <deque>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr std::size_t kMostDirectories = 64;
constexpr std::size_t kMostRanges = 16;

/// Which header a member was found by.
enum class FoundBy : bool { directory, local_header };

class ZipWalker {
public:
  ZipWalker(ByteView content, ArchiveBudget& budget, const UseMember& use)
      : content_(content), budget_(budget), use_(use), bytes_(budget, walk_, Skipping::cheap),
        covered_(content.size()) {}

  ArchiveWalk run() {
    const std::deque<u64> ends = end_records();
    for (auto end = ends.rbegin(); end != ends.rend() && walk_.limit.empty(); ++end)
      read_directory(*end);
    for (const ByteRange& gap : covered_.gaps()) read_gap(gap);
    note_orphans();
    if (walk_.limit.empty()) note_unaccounted();
    return std::move(walk_);
  }

private:
  /// Where end records may be, the last few.
  std::deque<u64> end_records() const {
    std::deque<u64> found;
    const std::string_view text = chars_of(content_);
    for (std::size_t at = text.find(kZipEnd); at != std::string_view::npos;
         at = text.find(kZipEnd, at + kZipEnd.size())) {
      found.push_back(at);
      if (found.size() > kMostDirectories) found.pop_front();
    }
    return found;
  }

  void read_directory(u64 at) {
    if (covered_.has(at)) return; // of an archive that is stored within this one
    const std::optional<ZipEnd> end = zip_end(content_, at);
    if (!end || covered_.has(end->directory)) return; // a second record of the same directory
    ++directories_;
    covered_.add(end->directory, end->at + end->length);
    comments_.push_back({end->at + end->length, end->at + end->length + end->comment});
    std::vector<ZipEntry> entries;
    u64 next = end->directory;
    while (next < end->records && entries.size() <= budget_.members_left) {
      const std::optional<ZipEntry> entry = take_central_entry(content_, end->base, next);
      if (!entry) break;
      entries.push_back(*entry);
    }
    if (entries.size() <= budget_.members_left && ((entries.size() ^ end->entries) & 0xFFFF) != 0)
      walk_.note_damage(fmt::format("the end record at offset {} states {} entries, its directory "
                                    "has {}",
                                    at, end->entries, entries.size()));
    std::stable_sort(entries.begin(), entries.end(),
                     [](const ZipEntry& a, const ZipEntry& b) { return a.local < b.local; });
    for (const ZipEntry& entry : entries) {
      if (!walk_.limit.empty() || budget_.out_of_time(walk_)) return;
      visit(entry);
    }
  }

  /// An entry of a directory, and its local header.
  void visit(ZipEntry entry) {
    const std::optional<ZipEntry> local = local_entry(content_, entry.local);
    if (!local) {
      if (entry.stored == 0 && entry.size == 0) return;
      if (!budget_.begin_member(walk_)) return;
      walk_.note_damage(
          fmt::format("{}: no local header at offset {}", name_of(entry), entry.local));
      return;
    }
    entry.data = local->data;
    read(entry, content_.size(), FoundBy::directory);
    if (!walk_.limit.empty()) return;
    const std::string difference = difference_of(entry, *local);
    if (difference.empty()) return;
    walk_.note_damage(fmt::format("{}: its local header at offset {} states another {}; both were "
                                  "looked at",
                                  name_of(entry), entry.local, difference));
    ZipEntry other = *local;
    if (other.stored == 0) { // they follow the data
      other.stored = entry.stored;
      other.size = entry.size;
      other.crc = entry.crc;
    }
    read(other, content_.size(), FoundBy::local_header);
  }

  std::string difference_of(const ZipEntry& entry, const ZipEntry& local) const {
    if (name_of(entry) != name_of(local)) return fmt::format("name ({})", name_of(local));
    if (entry.method != local.method) return "method";
    if (entry.encrypted() != local.encrypted()) return "encryption";
    // Zeros where they follow the data, or were never filled in.
    const auto differ = [](u64 a, u64 b) { return b != 0 && b != 0xFFFFFFFF && a != b; };
    if (differ(entry.stored, local.stored) || differ(entry.size, local.size)) return "size";
    return {};
  }

  std::string name_of(const ZipEntry& entry) const {
    std::string name = entry.name(content_);
    // A folder with data is a file.
    while (name.ends_with('/') || name.ends_with('\\')) name.pop_back();
    return name.empty() ? fmt::format("member-{}", walk_.members) : member_name(std::move(name));
  }

  /// Decompresses a member and hands it out. Returns where its data ends; at most `until` if it
  /// doesn't state its size.
  u64 read(const ZipEntry& entry, u64 until, FoundBy by) {
    const bool open_end =
        by == FoundBy::local_header && entry.stored == 0 && entry.described_later();
    if (entry.stored == 0 && !open_end) {
      if (entry.size == 0 && may_be_empty_file(entry, by) && budget_.begin_member(walk_))
        budget_.hand_out({name_of(entry), {}}, use_);
      return cover(entry, 0, entry.stored);
    }
    const std::string name = name_of(entry);
    if (!budget_.begin_member(walk_)) return content_.size();
    const u64 most = (open_end ? until : content_.size()) - entry.data;
    const u64 length = std::min(open_end ? most : entry.stored, most);
    if (entry.encrypted()) {
      if (walk_.encrypted++ == 0) walk_.first_encrypted = name;
      return cover(entry, length, entry.stored);
    }
    const ByteView data = content_.subspan(entry.data, length);
    if (!decodes_zip_method(entry.method)) return read_by_library(entry, name, data);
    return decode(entry, name, open_end && entry.method == 0 ? up_to_descriptor(data) : data, by);
  }

  /// Without bytes, an entry with a folder's name is a folder, and a signature alone proves little.
  bool may_be_empty_file(const ZipEntry& entry, FoundBy by) const {
    const std::string name = entry.name(content_);
    return by == FoundBy::directory && !name.ends_with('/') && !name.ends_with('\\');
  }

  u64 decode(const ZipEntry& entry, const std::string& name, ByteView data, FoundBy by) {
    bytes_.begin(name);
    u32 crc = 0;
    u64 size = 0;
    Decoded decoded = decode_zip_member(entry, data, *budget_.deadline, [&](ByteView more) {
      crc = crc32_of(more, crc);
      size += more.size();
      return bytes_.append(more);
    });
    const bool whole_data = data.size() >= entry.stored;
    if (decoded.end == DecodeEnd::whole && !whole_data) decoded.end = DecodeEnd::cut;
    const bool stopped = decoded.end == DecodeEnd::stopped;
    if (stopped && walk_.limit.empty()) budget_.out_of_time(walk_);
    const u64 length = stopped ? data.size() : decoded.consumed;
    const u64 end = cover(entry, length, length);
    note_problem(entry, name, decoded, {size, crc});
    bytes_.finish(use_, decoded.end == DecodeEnd::whole && may_be_empty_file(entry, by));
    return end;
  }

  struct Produced {
    u64 size = 0;
    u32 crc = 0;
  };

  void note_problem(const ZipEntry& entry, const std::string& name, const Decoded& decoded,
                    const Produced& produced) {
    const u64 where = entry.data + decoded.consumed;
    const bool stated = entry.crc != 0 || entry.size != 0; // else they follow the data
    switch (decoded.end) {
    case DecodeEnd::cut:
      walk_.note_damage(fmt::format("{}: cut at offset {}, after {} of {} bytes", name, where,
                                    produced.size, entry.size));
      break;
    case DecodeEnd::damaged:
      walk_.note_damage(fmt::format("{}: damaged near offset {}, after {} of {} bytes{}", name,
                                    where, produced.size, entry.size,
                                    decoded.why.empty() ? "" : " (" + decoded.why + ")"));
      break;
    case DecodeEnd::no_memory:
      if (walk_.no_memory++ == 0) walk_.first_without_memory = name;
      break;
    case DecodeEnd::whole:
      if (stated && (produced.crc != entry.crc || produced.size != entry.size))
        walk_.note_damage(fmt::format("{}: wrong CRC-32 or size: {:08x} and {} bytes, {:08x} and "
                                      "{} expected; its content was looked at",
                                      name, produced.crc, produced.size, entry.crc, entry.size));
      break;
    case DecodeEnd::stopped: break;
    }
  }

  /// The data of a stored member whose size follows it.
  ByteView up_to_descriptor(ByteView data) const {
    const std::string_view text = chars_of(data);
    for (std::size_t at = text.find(kZipDescriptor); at != std::string_view::npos;
         at = text.find(kZipDescriptor, at + 1))
      if (little<u32>(data, at + 8) == static_cast<u32>(at)) return data.first(at);
    return data.first(std::min({text.find(kZipLocal), text.find(kZipCentral), text.size()}));
  }

  /// A method that only libarchive knows: it gets a zip file of this member alone.
  u64 read_by_library(const ZipEntry& entry, const std::string& name, ByteView data) {
    const ArchiveWalk walk = walk_zip_member(entry, name, data, budget_, use_);
    walk_.encrypted += walk.encrypted;
    if (walk_.first_encrypted.empty()) walk_.first_encrypted = walk.first_encrypted;
    walk_.too_large += walk.too_large;
    if (walk_.first_too_large.empty()) walk_.first_too_large = walk.first_too_large;
    walk_.timed_out = walk.timed_out;
    if (walk.timed_out || budget_.bytes_left == 0) walk_.limit = walk.limit;
    for (const std::string& damage : walk.damage) walk_.note_damage(damage);
    return cover(entry, data.size(), data.size());
  }

  /// Accounts for a member's header, data and descriptor; returns where they end.
  u64 cover(const ZipEntry& entry, u64 length, u64 stored) {
    u64 end = entry.data + length;
    if (entry.described_later()) end += descriptor_of(entry, end, stored);
    covered_.add(entry.local, end);
    return end;
  }

  u64 descriptor_of(const ZipEntry& entry, u64 at, u64 stored) const {
    const u64 mark = has_at(content_, at, kZipDescriptor) ? 4 : 0;
    const std::optional<u32> crc = little<u32>(content_, at + mark);
    return crc && (mark > 0 || *crc == entry.crc) ? descriptor_length(content_, at, *crc, stored)
                                                  : 0;
  }

  /// Members that no directory has.
  void read_gap(const ByteRange& gap) {
    const std::string_view text = chars_of(content_).substr(0, gap.end);
    for (std::size_t at = text.find(kZipLocal, gap.begin); at != std::string_view::npos;) {
      if (!walk_.limit.empty() || budget_.out_of_time(walk_)) return;
      const std::optional<ZipEntry> entry = local_entry(content_, at);
      u64 next = at + kZipLocal.size();
      if (entry && entry->name_length > 0) {
        if (orphans_++ == 0) first_orphan_ = {name_of(*entry), at};
        next = std::max(next, read(*entry, gap.end, FoundBy::local_header));
      }
      at = text.find(kZipLocal, next);
    }
  }

  void note_orphans() {
    if (orphans_ == 0) return;
    walk_.note_damage(
        directories_ > 0
            ? fmt::format("{} members have no entry in a central directory, the first {} at offset "
                          "{}: they were looked at",
                          orphans_, first_orphan_.first, first_orphan_.second)
            : fmt::format("it has no central directory, as if it was cut: {} members were found by "
                          "their own headers",
                          orphans_));
  }

  /// What is neither header, member nor padding.
  void note_unaccounted() {
    for (u64 at = 0; const ByteRange& gap : covered_.gaps()) { // what is left of a cut directory
      at = gap.begin;
      while (at < gap.end && take_central_entry(content_, 0, at)) {
      }
      covered_.add(gap.begin, at);
    }
    for (const ByteRange& comment : comments_) covered_.add(comment.begin, comment.end);
    for (const ByteRange& gap : covered_.gaps()) {
      if (gap.begin == 0 && gap.end == content_.size()) continue;
      const ByteView bytes = content_.subspan(gap.begin, gap.end - gap.begin);
      if (bytes.size() < kLeastUnaccounted || is_zero(bytes)) continue;
      if (has_at(bytes, bytes.size() - 16, "APK Sig Block 42")) continue; // Android's signature
      if (walk_.unaccounted.size() < kMostRanges) walk_.unaccounted.push_back(gap);
    }
  }

  ByteView content_;
  ArchiveBudget& budget_;
  const UseMember& use_;
  ArchiveWalk walk_;
  MemberBytes bytes_;
  Covered covered_;
  std::vector<ByteRange> comments_;
  u64 directories_ = 0, orphans_ = 0;
  std::pair<std::string, u64> first_orphan_;
};

} // namespace

ArchiveWalk walk_zip(ByteView content, ArchiveBudget& budget, const UseMember& use) {
  return ZipWalker(content, budget, use).run();
}

} // namespace coldsweep

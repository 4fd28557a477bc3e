// SPDX-License-Identifier: Apache-2.0
#include "content/containers.h"

#include "base/endian.h"
#include "content/archive.h"
#include "content/carriers.h"

#include <deque>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kMostContainers = 16;

std::optional<Carried> first_archive(ByteView content) {
  const ArchiveKind kind = archive_kind(content);
  return kind == ArchiveKind::none ? find_carried(content) : Carried{kind, 0};
}

u64 leading_zeros(ByteView bytes) {
  u64 at = 0;
  while (at < bytes.size() && bytes[at] == std::byte{0}) ++at;
  return at;
}

class Containers {
public:
  Containers(ByteView content, ArchiveBudget& budget, const UseMember& use)
      : content_(content), budget_(budget), use_(use) {}

  void run(const std::function<void(const ArchiveWalk&)>& report) {
    search({0, content_.size()}, nullptr);
    while (!found_.empty()) {
      const Found next = found_.front();
      found_.pop_front();
      ArchiveWalk walk = walk_through(next);
      if (walk.limit.empty()) search_rest(next, walk);
      report(walk);
    }
  }

private:
  struct Found {
    ArchiveKind kind;
    ByteRange range; ///< what it may consist of
    u64 number;      ///< 0: the first one
  };

  ArchiveWalk walk_through(const Found& found) {
    const ByteView content =
        content_.subspan(found.range.begin, found.range.end - found.range.begin);
    const std::string_view label = archive_label(found.kind, content);
    const std::string before = found.number == 0 ? "" : fmt::format("at-{}!/", found.range.begin);
    return walk_archive(content, found.kind, budget_, [&](const ArchiveMember& member) {
      use_({before + member.name, member.bytes, member.is_content, label});
    });
  }

  /// Looks for archives in what the walk left over.
  void search_rest(const Found& found, ArchiveWalk& walk) {
    const u64 begin = found.range.begin;
    for (const ByteRange& range : walk.unaccounted)
      search({begin + range.begin, begin + range.end}, &walk);
    if (walk.end && *walk.end < found.range.end - begin && !is_signature(found, *walk.end))
      search({begin + *walk.end, found.range.end}, &walk);
  }

  /// Code signatures follow a cabinet (PKCS #7 in DER) or the sections of a program.
  bool is_signature(const Found& found, u64 end) const {
    return found.kind == ArchiveKind::cab && content_[found.range.begin + end] == std::byte{0x30};
  }

  /// `left_by`: the walk that left the range over; null: nothing was looked at yet.
  void search(ByteRange range, ArchiveWalk* left_by) {
    const bool is_stub = range.begin == 0; // before the first archive
    if (left_by != nullptr)
      range.begin += leading_zeros(content_.subspan(range.begin, range.end - range.begin));
    const u64 length = range.end - range.begin;
    if (left_by != nullptr && length < kLeastUnaccounted) return;
    const std::optional<Carried> carried = first_archive(content_.subspan(range.begin, length));
    if (carried && count_ < kMostContainers) {
      found_.push_back({carried->kind, {range.begin + carried->offset, range.end}, count_++});
      range.end = found_.back().range.begin;
    }
    if (left_by != nullptr && !is_stub) note_unaccounted(range, *left_by);
  }

  /// The signature of a program is no part of an archive.
  void note_unaccounted(const ByteRange& range, ArchiveWalk& walk) const {
    if (range.end - range.begin < kLeastUnaccounted) return;
    if (range.end == content_.size() && has_at(content_, 0, "MZ")) return;
    walk.note_damage(fmt::format("the {} bytes from offset {} on belong to no member of an archive",
                                 range.end - range.begin, range.begin));
  }

  ByteView content_;
  ArchiveBudget& budget_;
  const UseMember& use_;
  std::deque<Found> found_;
  u64 count_ = 0;
};

} // namespace

bool holds_archive(ByteView content) { return first_archive(content).has_value(); }

void walk_containers(ByteView content, ArchiveBudget& budget, const UseMember& use,
                     const std::function<void(const ArchiveWalk&)>& report) {
  Containers(content, budget, use).run(report);
}

} // namespace coldsweep

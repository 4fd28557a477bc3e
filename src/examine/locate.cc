// SPDX-License-Identifier: Apache-2.0
#include "examine/locate.h"

#include "base/checked.h"
#include "base/text.h"
#include "filesystem/extents.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kSector = 512;
/// Linux takes no longer argument, and `sh -c` needs the command as one (MAX_ARG_STRLEN).
constexpr std::size_t kMostCommand = 131'071;

std::string image_arguments(const LocateTarget& target) {
  std::string words;
  for (const std::string& segment : target.segments) words += " " + shell_quoted(segment);
  return words;
}

/// The Sleuth Kit's name for the format, and the sectors that its offsets count.
std::string image_type(const LocateTarget& target) {
  return (target.format == "split raw" ? "raw" : target.format) +
         (target.other_sectors ? fmt::format(" -b {}", kSector) : "");
}

std::string volume_arguments(const LocateTarget& target) {
  return fmt::format("-i {} -f ntfs -o {}{}", image_type(target), target.volume_offset / kSector,
                     image_arguments(target));
}

/// libtsk 4.11.1 rejects a stream with a hole longer than the volume ($UsnJrnl:$J has such holes).
bool has_endless_hole(const StreamRef& stream, u64 volume_size) {
  return std::any_of(stream.extents.begin(), stream.extents.end(), [&](const Extent& extent) {
    return extent.kind != Extent::Kind::stored && extent.length > volume_size;
  });
}

/// Bytes [from, from + length) of what a command prints.
std::string part_of(const std::string& command, u64 from, u64 length) {
  return fmt::format("{} | tail -c +{} | head -c {}", command, from + 1, length);
}

/// The bytes at an offset of the media, in any container.
std::string media_command(const LocateTarget& target, u64 offset, u64 length) {
  return part_of(fmt::format("img_cat -i {}{}", image_type(target), image_arguments(target)),
                 offset, length);
}

/// Commands to run one after the other, up to the length that a shell takes.
class Sequence {
public:
  void add(std::string_view command) {
    ++count_;
    if (text_.size() > kMostCommand) return;
    if (!text_.empty()) text_ += "; ";
    text_ += command;
  }
  Locate take() {
    if (text_.size() <= kMostCommand) return {std::move(text_), {}};
    return {{}, fmt::format("it is in {} pieces: too many for one shell command", count_)};
  }

private:
  std::string text_;
  u64 count_ = 0;
};

/// Bytes in a row of what was scanned.
struct Piece {
  std::optional<u64> media_offset; ///< absent: zeros
  u64 length = 0;
};

/// The content as ranges of the media, and zeros where it has holes or could not be read.
class Pieces {
public:
  Pieces(const LocateTarget& target, const StreamRef& stream, const ByteSource& source)
      : target_(target) {
    u64 size = stream.size, initialized = std::min(stream.initialized, size);
    if (is_decoded_wof(stream.encoding)) size = initialized = stream.stored_size;
    if (stream.id.kind == StreamKind::name) size = initialized = placed_bytes(stream.extents);
    const bool without_holes = has_endless_hole(stream, target.volume_size);
    for (const Extent& extent : stream.extents) {
      const u64 length = std::min(extent.length, saturating_subtract(size, extent.stream_offset));
      const u64 read = std::min(length, saturating_subtract(initialized, extent.stream_offset));
      const std::optional<u64> at =
          extent.placed() ? source.media_offset(extent.source_offset) : std::nullopt;
      if (at)
        add_media(*at, read);
      else if (!without_holes)
        add(std::nullopt, read);
      if (!without_holes) add(std::nullopt, length - read);
    }
  }

  const std::vector<Piece>& all() const { return all_; }
  /// Whether some of it could not be read.
  bool unreadable() const { return unreadable_; }

private:
  void add_media(u64 at, u64 length) {
    const u64 end = saturating_add(at, length);
    const std::vector<MediaRange>& all = target_.unread_media;
    auto lost = std::partition_point(all.begin(), all.end(), [&](const MediaRange& each) {
      return each.offset + each.length <= at;
    });
    for (; lost != all.end() && lost->offset < end; ++lost) {
      unreadable_ = true;
      add(at, saturating_subtract(lost->offset, at));
      const u64 from = std::max(at, lost->offset);
      at = std::max(from, std::min(end, lost->offset + lost->length));
      add(std::nullopt, at - from);
    }
    add(at, end - at);
  }

  void add(std::optional<u64> at, u64 length) {
    if (length == 0) return;
    if (!all_.empty()) {
      Piece& last = all_.back();
      const bool goes_on =
          at ? last.media_offset && *last.media_offset + last.length == *at : !last.media_offset;
      if (goes_on) {
        last.length += length;
        return;
      }
    }
    all_.push_back({at, length});
  }

  const LocateTarget& target_;
  std::vector<Piece> all_;
  bool unreadable_ = false;
};

/// One range of the media. Reads no more of the image than it has to.
std::string piece_command(const LocateTarget& target, u64 offset, u64 length) {
  const u64 first = offset / kSector, skip = offset % kSector;
  const u64 last = (offset + length - 1) / kSector;
  const bool has_end = last > 0 && (last + 1) * kSector <= target.media_size; // it refuses `-e 0`
  std::string command = "img_cat -i " + image_type(target);
  if (first > 0) command += fmt::format(" -s {}", first);
  if (has_end) command += fmt::format(" -e {}", last);
  command += image_arguments(target);
  if (skip > 0) command += fmt::format(" | tail -c +{}", skip + 1);
  if (!has_end || (offset + length) % kSector != 0) command += fmt::format(" | head -c {}", length);
  return command;
}

/// The bytes without the file system. `because`: why it can't be used.
Locate media_commands(const LocateTarget& target, const StreamRef& stream, const Pieces& pieces,
                      const std::string& because) {
  if (stream.encoding == Encoding::lznt1)
    return {{}, "only icat decompresses its clusters, and it can't be used: " + because};
  if (!target.image_refused.empty())
    return {{}, "The Sleuth Kit doesn't open the image: " + target.image_refused};
  Sequence commands;
  if (pieces.all().empty()) commands.add("head -c 0 /dev/zero");
  for (const Piece& piece : pieces.all())
    commands.add(piece.media_offset ? piece_command(target, *piece.media_offset, piece.length)
                                    : fmt::format("head -c {} /dev/zero", piece.length));
  return commands.take();
}

/// The stored ranges of a plain stream in a raw image, one after the other.
Locate dd_commands(const LocateTarget& target, const StreamRef& stream, const ByteSource& source) {
  Sequence commands;
  for (const Extent& extent : stream.extents) {
    if (extent.kind != Extent::Kind::stored) continue;
    const std::optional<u64> at = source.media_offset(extent.source_offset);
    if (!at) continue;
    commands.add(
        fmt::format("dd if={} bs=64K iflag=skip_bytes,count_bytes skip={} count={} status=none",
                    shell_quoted(target.segments.front()), *at, extent.length));
  }
  return commands.take();
}

Locate raw_command(const LocateTarget& target, const StreamRef& stream, const ByteSource& source) {
  const std::string volume = volume_arguments(target);
  const u64 record_size = stream.slack_of_size + stream.size; // of slack within a record
  switch (stream.id.kind) {
  case StreamKind::slack:
  case StreamKind::uninitialized:
    return {
        part_of(fmt::format("icat -s {} {}-128-{}", volume, stream.id.record, stream.id.attribute),
                stream.slack_of_size, stream.size),
        {}};
  case StreamKind::mft_slack: // with the update sequence as it is stored
    return {part_of(fmt::format("icat {} 0", volume),
                    stream.id.record * record_size + stream.slack_of_size, stream.size),
            {}};
  case StreamKind::index_slack: // at the same offsets, among the entries in use
    return {fmt::format("icat {} {}-{}-{}", volume, stream.id.record, stream.attribute_type,
                        stream.id.attribute),
            {}};
  case StreamKind::unallocated:
    return {fmt::format("blkls {} {}-{}", volume, stream.id.record - kNoRecord,
                        (stream.extents.back().source_offset + stream.extents.back().length) /
                                target.cluster_size -
                            1),
            {}};
  case StreamKind::unattributed: {
    Sequence commands;
    for (const Extent& extent : stream.extents)
      commands.add(fmt::format("blkcat {} {} {}", volume,
                               extent.source_offset / target.cluster_size,
                               extent.length / target.cluster_size));
    return commands.take();
  }
  default:
    return {media_command(target,
                          source.media_offset(stream.extents.front().source_offset).value_or(0),
                          stream.size),
            {}};
  }
}

/// Why no command that goes through libtsk's NTFS shows what we read; empty if one does.
std::string unlike_icat(const LocateTarget& target, const StreamRef& stream, const Pieces& pieces,
                        const std::optional<Overwritten>& overwritten) {
  if (!target.image_refused.empty()) return target.image_refused;
  if (!target.volume_refused.empty()) return target.volume_refused;
  if (stream.recovered) return "$MFT no longer leads to its record";
  if (stream.unlike_icat) return "The Sleuth Kit reads its attribute list differently";
  if (pieces.unreadable()) return "not all of it can be read";
  if (std::any_of(stream.extents.begin(), stream.extents.end(),
                  [](const Extent& e) { return e.kind == Extent::Kind::missing; }))
    return "some of it has no place on the volume";
  // icat stops at the first unit that doesn't decompress, and prints nothing of it.
  if (stream.deleted && stream.encoding == Encoding::lznt1 && overwritten &&
      overwritten->clusters > 0)
    return "some of them were overwritten";
  return {};
}

} // namespace

std::string shell_quoted(const std::string& word) {
  const bool plain =
      !word.empty() && word.front() != '-' &&
      word.find_first_not_of(
          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+,=@%/") ==
          std::string::npos;
  if (plain) return word;
  const auto is_control = [](char c) { return static_cast<u8>(c) < 0x20 || c == 0x7F; };
  const bool text = is_utf8(word) && std::none_of(word.begin(), word.end(), is_control);
  std::string quoted(text ? "'" : "$'");
  if (word.starts_with('-')) quoted += "./";
  for (const char c : word) {
    if (text)
      quoted += c == '\'' ? "'\\''" : std::string(1, c);
    else if (c == '\'' || c == '\\')
      quoted += {'\\', c};
    else if (static_cast<u8>(c) > 0x7F ||
             is_control(c)) // in octal: three digits end where they end
      quoted += fmt::format("\\{:03o}", static_cast<u8>(c));
    else
      quoted += c;
  }
  return quoted + "'";
}

Locate locate_command(const LocateTarget& target, const StreamRef& stream, const ByteSource& source,
                      const std::optional<Overwritten>& overwritten) {
  const Pieces pieces(target, stream, source);
  if (is_read_as_stored(stream.encoding) && has_endless_hole(stream, target.volume_size)) {
    const bool one_raw_file = target.format == "raw" && target.segments.size() == 1;
    if (one_raw_file) return dd_commands(target, stream, source);
    return media_commands(target, stream, pieces, "it has a hole longer than the volume");
  }
  if (const std::string why = unlike_icat(target, stream, pieces, overwritten); !why.empty())
    return media_commands(target, stream, pieces, why);
  if (is_raw(stream.id.kind)) return raw_command(target, stream, source);
  return {fmt::format("icat {} {}-{}-{}", volume_arguments(target), stream.id.record,
                      stream.attribute_type, stream.stored_attribute.value_or(stream.id.attribute)),
          {}};
}

Locate locate_record_command(const LocateTarget& target, const StreamRef& stream,
                             const ByteSource& source) {
  if (!target.image_refused.empty() || !target.volume_refused.empty() || stream.recovered)
    return media_commands(target, stream, {target, stream, source}, {});
  return {fmt::format("istat {} {}", volume_arguments(target), stream.id.record), {}};
}

} // namespace coldsweep

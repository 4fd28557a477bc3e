// SPDX-License-Identifier: Apache-2.0
#include "examine/locate.h"

#include <algorithm>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kSector = 512;

std::string image_arguments(const LocateTarget& target) {
  std::string words;
  for (const std::string& segment : target.segments) words += " " + shell_quoted(segment);
  return words;
}

/// The Sleuth Kit's name for the format.
std::string image_type(const LocateTarget& target) {
  return target.format == "split raw" ? "raw" : target.format;
}

std::string volume_arguments(const LocateTarget& target) {
  return fmt::format("-i {} -f ntfs -o {}{}", image_type(target), target.volume_offset / kSector,
                     image_arguments(target));
}

/// libtsk 4.11.1 rejects a stream with a hole longer than the volume ($UsnJrnl:$J has such holes).
bool sleuth_kit_refuses(const StreamRef& stream, u64 volume_size) {
  return std::any_of(stream.extents.begin(), stream.extents.end(), [&](const Extent& extent) {
    return extent.kind != Extent::Kind::stored && extent.length > volume_size;
  });
}

/// The stored ranges of a plain stream, one after the other.
std::string dd_commands(const LocateTarget& target, const StreamRef& stream,
                        const ByteSource& source) {
  std::string commands;
  for (const Extent& extent : stream.extents) {
    if (extent.kind != Extent::Kind::stored) continue;
    const std::optional<u64> at = source.media_offset(extent.source_offset);
    if (!at) continue;
    commands += fmt::format(
        "{}dd if={} bs=64K iflag=skip_bytes,count_bytes skip={} count={} status=none",
        commands.empty() ? "" : "; ", shell_quoted(target.segments.front()), *at, extent.length);
  }
  return commands;
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

/// The stored ranges one after the other, without the file system.
std::string media_commands(const LocateTarget& target, const StreamRef& stream,
                           const ByteSource& source) {
  std::string commands;
  for (const Extent& extent : stream.extents) {
    const std::optional<u64> at =
        extent.placed() ? source.media_offset(extent.source_offset) : std::nullopt;
    if (at) commands += (commands.empty() ? "" : "; ") + media_command(target, *at, extent.length);
  }
  return commands;
}

std::string raw_command(const LocateTarget& target, const StreamRef& stream,
                        const ByteSource& source) {
  const std::string volume = volume_arguments(target);
  const u64 record_size = stream.slack_of_size + stream.size; // of slack within a record
  switch (stream.id.kind) {
  case StreamKind::slack:
  case StreamKind::uninitialized:
    return part_of(
        fmt::format("icat -s {} {}-128-{}", volume, stream.id.record, stream.id.attribute),
        stream.slack_of_size, stream.size);
  case StreamKind::mft_slack: // with the update sequence as it is stored
    return part_of(fmt::format("icat {} 0", volume),
                   stream.id.record * record_size + stream.slack_of_size, stream.size);
  case StreamKind::index_slack: // at the same offsets, among the entries in use
    return fmt::format("icat {} {}-{}-{}", volume, stream.id.record, stream.attribute_type,
                       stream.id.attribute);
  case StreamKind::unallocated:
    return fmt::format("blkls {} {}-{}", volume, stream.id.record - kNoRecord,
                       (stream.extents.back().source_offset + stream.extents.back().length) /
                               target.cluster_size -
                           1);
  case StreamKind::unattributed: {
    std::string commands;
    for (const Extent& extent : stream.extents)
      commands += fmt::format("{}blkcat {} {} {}", commands.empty() ? "" : "; ", volume,
                              extent.source_offset / target.cluster_size,
                              extent.length / target.cluster_size);
    return commands;
  }
  default:
    return media_command(
        target, source.media_offset(stream.extents.front().source_offset).value_or(0), stream.size);
  }
}

} // namespace

std::string shell_quoted(const std::string& word) {
  const bool plain =
      !word.empty() && word.front() != '-' &&
      word.find_first_not_of(
          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+,=@%/") ==
          std::string::npos;
  if (plain) return word;
  std::string quoted(word.starts_with('-') ? "'./" : "'");
  for (const char c : word) {
    if (c == '\'')
      quoted.append("'\\''");
    else
      quoted.push_back(c);
  }
  quoted.push_back('\'');
  return quoted;
}

std::string locate_command(const LocateTarget& target, const StreamRef& stream,
                           const ByteSource& source) {
  const bool one_raw_file = target.format == "raw" && target.segments.size() == 1;
  if (one_raw_file && is_read_as_stored(stream.encoding) &&
      sleuth_kit_refuses(stream, target.volume_size))
    return dd_commands(target, stream, source);
  if (target.unknown_to_sleuth_kit || stream.recovered)
    return media_commands(target, stream, source);
  if (is_raw(stream.id.kind)) return raw_command(target, stream, source);
  return fmt::format("icat {} {}-{}-{}", volume_arguments(target), stream.id.record,
                     stream.attribute_type, stream.stored_attribute.value_or(stream.id.attribute));
}

std::string locate_record_command(const LocateTarget& target, const StreamRef& stream) {
  return fmt::format("istat {} {}", volume_arguments(target), stream.id.record);
}

} // namespace coldsweep

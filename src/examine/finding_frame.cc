// SPDX-License-Identifier: Apache-2.0
#include "examine/finding_frame.h"

#include "filesystem/suspicious_names.h"
#include "filesystem/suspicious_times.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace coldsweep {
namespace {

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// What is suspicious about any of its names, each kind once.
std::vector<Anomaly> suspicious_names(const StreamDescription& described) {
  std::vector<Anomaly> all;
  const auto add = [&](std::string_view name) {
    for (Anomaly& odd : suspicious_name(name))
      if (std::none_of(all.begin(), all.end(),
                       [&](const Anomaly& known) { return known.name == odd.name; }))
        all.push_back(std::move(odd));
  };
  if (described.path != "/") add(last_part(described.path));
  for (const std::string& link : described.links) add(last_part(link));
  if (described.short_name) add(*described.short_name);
  return all;
}

} // namespace

Finding finding_frame(const StreamRef& stream, const StreamDescription& described) {
  Finding frame;
  frame.stream = stream.id;
  frame.path = described.path;
  frame.links = described.links;
  frame.stream_name = stream.name;
  frame.allocated = !stream.deleted;
  frame.size = stream.size;
  frame.encoding = stream.encoding;
  frame.si = described.si;
  frame.fn = described.fn;
  frame.owner_sid = described.owner_sid;
  frame.short_name = described.short_name;
  if (!described.path_source.empty()) frame.path_source = described.path_source;
  frame.anomalies = suspicious_names(described);
  for (Anomaly& odd : suspicious_times(described.si, described.fn))
    frame.anomalies.push_back(std::move(odd));
  frame.recovered = stream.recovered;
  return frame;
}

std::vector<MediaExtent> media_extents(const ByteSource& source, const StreamRef& stream) {
  std::vector<MediaExtent> extents;
  for (const Extent& extent : stream.extents) {
    const bool of_another = is_decoded_wof(stream.encoding); // offsets are those of another stream
    if (!extent.placed() || (!of_another && extent.stream_offset >= stream.initialized)) continue;
    const u64 length = of_another || stream.encoding == Encoding::lznt1
                           ? extent.length
                           : std::min(extent.length, stream.initialized - extent.stream_offset);
    extents.push_back({extent.stream_offset, source.media_offset(extent.source_offset), length});
  }
  return extents;
}

} // namespace coldsweep

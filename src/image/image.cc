// SPDX-License-Identifier: Apache-2.0
#include "image/image.h"

#include "base/subprocess.h"
#include "image/container.h"
#include "image/ddrescue_map.h"
#include "image/ewf_metadata.h"
#include "image/ewf_segments.h"
#include "image/ewf_source.h"
#include "image/raw_source.h"
#include "image/segment_names.h"
#include "image/tsk_image_source.h"
#include "image/vhd_source.h"
#include "image/vmdk_set.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <set>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <libewf.h>

namespace coldsweep {
namespace {

using Paths = std::vector<std::filesystem::path>;

constexpr std::chrono::seconds kProbeLimit{60};
constexpr u64 kProbeMemory = 8_GiB; // libewf holds a table entry for each chunk of the media

std::size_t most_handles() {
  return std::max<std::size_t>(std::thread::hardware_concurrency() + 1, 2);
}

std::vector<ImageSegment> segments_of(const std::vector<EvidenceFile>& files) {
  std::vector<ImageSegment> segments;
  for (const EvidenceFile& file : files) segments.push_back({file.path(), file.size});
  return segments;
}

Paths paths_of(const std::vector<EvidenceFile>& files) {
  Paths paths;
  for (const EvidenceFile& file : files) paths.push_back(file.path());
  return paths;
}

/// Opens the container in a child process first and reads at a few places, so that a library that
/// crashes or hangs on it does so there.
void probe(const std::filesystem::path& path, std::string_view library, const StopFlag* stop,
           const std::function<SourcePtr()>& open) {
  const auto work = [&]() -> std::string {
    const SourcePtr source = open();
    std::array<std::byte, 65536> buffer{};
    for (const u64 offset : {u64{0}, source->size() / 2, source->size() - 1}) {
      const u64 length = std::min<u64>(buffer.size(), source->size() - offset);
      try {
        source->read(offset, std::span(buffer).first(length));
      } catch (const ReadError&) { // the sweep will report gaps in the media
      }
    }
    return "opened";
  };
  const ChildAnswer answer = ask_child(work, kProbeLimit, kProbeMemory, stop);
  if (!answer.output)
    throw FormatError(
        fmt::format("{}: {} failed on it: {}", path.string(), library, answer.failure));
}

void check_sizes(const std::vector<EvidenceFile>& segments) {
  const u64 expected = segments.front().size;
  for (std::size_t i = 1; i < segments.size(); ++i) {
    const bool last = i + 1 == segments.size();
    if (segments[i].size == expected || (last && segments[i].size < expected)) continue;
    throw FormatError(fmt::format(
        "{}: offset {}: {} bytes were expected as in {}, the file has {}: {}; name all segments "
        "in their order to read them as they are",
        segments[i].path().string(), std::min(segments[i].size, expected), expected,
        segments.front().path().filename().string(), segments[i].size,
        last ? "the segments are out of order, or belong to different images"
             : "it is truncated, or the segments are out of order"));
  }
}

Image open_raw(const Paths& given) {
  if (given.size() > 1) check_raw_order(given);
  const Paths paths = given.size() > 1 ? given : raw_siblings(given.front());
  std::vector<EvidenceFile> segments;
  for (const std::filesystem::path& path : paths) segments.push_back(open_evidence_file(path));
  if (given.size() == 1) check_sizes(segments); // those that were named are the examiner's choice
  Image image;
  image.format = segments.size() > 1 ? "split raw" : "raw";
  image.segments = segments_of(segments);
  image.media = std::make_shared<ConcatSource>(std::move(segments));
  return image;
}

Image open_ewf(const Paths& given, const StopFlag* stop) {
  EwfSet set = open_ewf_set(given);
  const Paths paths = paths_of(set.files);
  const std::vector<ImageSegment> segments = segments_of(set.files);
  const auto chunks = std::make_shared<const EwfChunks>(std::move(set));
  const auto open = [&] {
    auto handle = std::make_unique<EwfHandle>(paths);
    if (handle->media_size() == 0)
      throw FormatError(fmt::format("{}: the media has 0 bytes", paths.front().string()));
    return handle;
  };
  probe(paths.front(), "libewf", stop, [&] {
    auto handle = open();
    ewf_acquisition(*handle);
    ewf_stored_hashes(*handle);
    ewf_acquisition_errors(*handle);
    return std::make_shared<EwfSource>(chunks, std::move(handle), paths, 1);
  });
  auto handle = open();
  Image image;
  image.format = "ewf";
  image.segments = segments;
  image.acquisition = ewf_acquisition(*handle);
  image.stored_hashes = ewf_stored_hashes(*handle);
  image.acquisition_errors = ewf_acquisition_errors(*handle);
  image.media = std::make_shared<EwfSource>(chunks, std::move(handle), paths, most_handles());
  return image;
}

Image open_vhd(const Paths& given) {
  if (given.size() > 1)
    throw UsageError(
        fmt::format("{}: a VHD is one file, {} were named", given.front().string(), given.size()));
  EvidenceFile file = open_evidence_file(given.front());
  VhdLayout layout = read_vhd_layout(file);
  Image image;
  image.format = "vhd";
  image.segments = {{file.path(), file.size}};
  image.media = open_vhd_source(std::move(file), layout);
  image.problems = std::move(layout.problems);
  return image;
}

Image open_vmdk(const Paths& given, const StopFlag* stop) {
  const auto set = std::make_shared<const VmdkSet>(open_vmdk_set(given.front()));
  const Paths known = paths_of(set->files);
  for (const std::filesystem::path& path : given)
    if (std::find(known.begin(), known.end(), path) == known.end())
      throw UsageError(fmt::format("{}: is not an extent of the disk that {} describes",
                                   path.string(), given.front().string()));
  const TskImage vmdk{given.front(), set->descriptor.reopen_path(), set, set->unstored};
  probe(vmdk.name, "libvmdk", stop, [&] { return open_with_tsk(vmdk, 1); });
  Image image;
  image.format = "vmdk";
  image.segments = segments_of(set->files);
  image.media = open_with_tsk(vmdk, most_handles());
  return image;
}

void check_distinct(const Paths& given) {
  std::set<std::filesystem::path> seen;
  for (const std::filesystem::path& path : given)
    if (!seen.insert(path.lexically_normal()).second)
      throw UsageError(fmt::format("{}: is named twice as a segment", path.string()));
}

Image open_container(Container container, const Paths& segments, const StopFlag* stop) {
  switch (container) {
  case Container::ewf: return open_ewf(segments, stop);
  case Container::vhd: return open_vhd(segments);
  case Container::vmdk: return open_vmdk(segments, stop);
  case Container::raw: break;
  }
  return open_raw(segments);
}

} // namespace

std::vector<std::filesystem::path> paths_of(const Image& image) {
  std::vector<std::filesystem::path> paths;
  for (const ImageSegment& segment : image.segments) paths.push_back(segment.path);
  return paths;
}

Image open_image(const Paths& segments, const StopFlag* stop,
                 const std::filesystem::path& ddrescue_map) {
  if (segments.empty()) throw UsageError("no image was named");
  check_distinct(segments);
  Classified classified = classify(open_evidence_file(segments.front()));
  Image image = open_container(classified.container, segments, stop);
  if (!classified.problem.empty()) image.problems.push_back(std::move(classified.problem));
  std::string recorded_in = "the image records it";
  if (!ddrescue_map.empty()) {
    if (!image.format.ends_with("raw"))
      throw UsageError(fmt::format("--ddrescue-map is for raw images, {} is {}",
                                   segments.front().string(), image.format));
    image.acquisition_errors = read_ddrescue_map(ddrescue_map);
    recorded_in = ddrescue_map.filename().string() + " records it";
  }
  image.acquisition_errors =
      merged_ranges(std::move(image.acquisition_errors), image.media->size());
  if (!image.acquisition_errors.empty()) image.stored = image.media;
  image.media = with_known_gaps(image.media, image.acquisition_errors, std::move(recorded_in));
  return image;
}

std::string ewf_version() { return libewf_get_version(); }

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
#include "volume/tsk_survey.h"

#include "base/checked.h"
#include "base/subprocess.h"
#include "base/text.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <tsk/libtsk.h>

namespace coldsweep {
namespace {

using nlohmann::json;

constexpr std::chrono::seconds kLimit{120};
constexpr u64 kMemory = 8_GiB;
constexpr std::size_t kMostParts = 512, kMostText = 256;

/// libtsk expects its own structure first, and passes it to the callbacks.
struct ExternalImage {
  TSK_IMG_INFO info{};
  const ByteSource* source = nullptr;
  std::string first_error;
};
static_assert(std::is_standard_layout_v<TSK_IMG_INFO>);

extern "C" ssize_t read_external(TSK_IMG_INFO* info, TSK_OFF_T offset, char* buffer,
                                 size_t length) noexcept {
  auto* image = reinterpret_cast<ExternalImage*>(info);
  const u64 size = image->source->size();
  if (offset < 0 || static_cast<u64>(offset) >= size) return -1;
  const u64 within = std::min<u64>(length, size - static_cast<u64>(offset));
  try {
    image->source->read(static_cast<u64>(offset), {reinterpret_cast<std::byte*>(buffer), within});
    return static_cast<ssize_t>(within);
  } catch (const ReadError& e) {
    if (image->first_error.empty()) image->first_error = e.what();
    const u64 good = std::min(saturating_subtract(e.offset, static_cast<u64>(offset)), within);
    return good > 0 ? static_cast<ssize_t>(good) : -1;
  } catch (...) {
    return -1;
  }
}
extern "C" void close_external(TSK_IMG_INFO*) noexcept {}
extern "C" void stat_external(TSK_IMG_INFO*, FILE*) noexcept {}

struct CloseImage {
  void operator()(TSK_IMG_INFO* image) const { tsk_img_close(image); }
};
struct CloseTable {
  void operator()(TSK_VS_INFO* table) const { tsk_vs_close(table); }
};
struct CloseFileSystem {
  void operator()(TSK_FS_INFO* fs) const { tsk_fs_close(fs); }
};
using TskImageHandle = std::unique_ptr<TSK_IMG_INFO, CloseImage>;
using TskTable = std::unique_ptr<TSK_VS_INFO, CloseTable>;
using TskFileSystem = std::unique_ptr<TSK_FS_INFO, CloseFileSystem>;

std::string bounded(const char* text) {
  return text == nullptr ? std::string() : printable(std::string_view(text).substr(0, kMostText));
}

/// Detection fails if there are two tables (a hybrid MBR). Then the GPT is opened, else the MBR.
TskTable open_table(TSK_IMG_INFO* image) {
  TskTable table(tsk_vs_open(image, 0, TSK_VS_TYPE_DETECT));
  if (!table && bounded(tsk_error_get_errstr()).find(" or ") != std::string::npos) {
    table.reset(tsk_vs_open(image, 0, TSK_VS_TYPE_GPT));
    if (!table) table.reset(tsk_vs_open(image, 0, TSK_VS_TYPE_DOS));
  }
  return table;
}

json list_table(TSK_IMG_INFO* image, std::set<u64>& offsets) {
  const TskTable table = open_table(image);
  if (!table) return {{"kind", ""}, {"parts", json::array()}};
  json parts = json::array();
  for (const TSK_VS_PART_INFO* part = table->part_list;
       part != nullptr && parts.size() < kMostParts; part = part->next) {
    if ((part->flags & TSK_VS_PART_FLAG_ALLOC) == 0 || (part->flags & TSK_VS_PART_FLAG_META) != 0)
      continue;
    // Covers a GPT that libtsk did not use, and has no content of its own.
    if (part->desc != nullptr && std::string_view(part->desc).starts_with("GPT Safety")) continue;
    const auto offset = checked_multiply<u64>(part->start, table->block_size);
    const auto size = checked_multiply<u64>(part->len, table->block_size);
    if (!offset || !size) continue;
    offsets.insert(*offset);
    parts.push_back({{"offset", *offset}, {"size", *size}, {"description", bounded(part->desc)}});
  }
  return {{"kind", bounded(tsk_vs_type_toname(table->vstype))}, {"parts", parts}};
}

json list_file_systems(TSK_IMG_INFO* image, const std::set<u64>& offsets) {
  json found = json::array();
  for (const u64 offset : offsets) {
    if (offset >= static_cast<u64>(image->size)) continue;
    const TskFileSystem fs(
        tsk_fs_open_img(image, static_cast<TSK_OFF_T>(offset), TSK_FS_TYPE_DETECT));
    const std::string name = fs ? bounded(tsk_fs_type_toname(fs->ftype)) : std::string();
    found.push_back({{"offset", offset},
                     {"name", name},
                     {"reason", fs ? std::string() : bounded(tsk_error_get_errstr())}});
  }
  return found;
}

std::string survey_in_child(const ByteSource& media, std::set<u64> offsets, bool table, u64 unit) {
  const auto image = std::make_unique<ExternalImage>();
  image->source = &media;
  TSK_IMG_INFO* info = tsk_img_open_external(&image->info, static_cast<TSK_OFF_T>(media.size()),
                                             static_cast<unsigned>(unit), read_external,
                                             close_external, stat_external);
  if (info == nullptr) throw Error("libtsk takes no external image");
  json answer = {{"kind", ""}, {"parts", json::array()}};
  if (table) answer = list_table(info, offsets);
  answer["file_systems"] = list_file_systems(info, offsets);
  answer["read_error"] = printable(std::string_view(image->first_error).substr(0, 1024));
  tsk_img_close(info);
  return answer.dump(-1, ' ', true, json::error_handler_t::replace);
}

/// As icat does it.
std::string open_as_programs(const Image& image, const std::vector<u64>& offsets) {
  std::vector<const char*> paths;
  for (const ImageSegment& segment : image.segments) paths.push_back(segment.path.c_str());
  const std::string format = image.format.ends_with("raw") ? "raw" : image.format;
  json answer = {{"refused", ""}, {"sector", 512}, {"volumes", json::array()}};
  const TskImageHandle opened(tsk_img_open_utf8(static_cast<int>(paths.size()), paths.data(),
                                                tsk_img_type_toid_utf8(format.c_str()), 0));
  if (!opened) {
    answer["refused"] = bounded(tsk_error_get());
  } else if (static_cast<u64>(opened->size) < image.media->end()) {
    answer["refused"] =
        fmt::format("it finds {} of {} bytes in it", opened->size, image.media->end());
  } else {
    answer["sector"] = opened->sector_size;
    for (const u64 offset : offsets)
      if (!TskFileSystem(
              tsk_fs_open_img(opened.get(), static_cast<TSK_OFF_T>(offset), TSK_FS_TYPE_NTFS)))
        answer["volumes"].push_back({{"offset", offset}, {"why", bounded(tsk_error_get())}});
  }
  return answer.dump(-1, ' ', true, json::error_handler_t::replace);
}

std::string our_name(const std::string& kind) { return kind == "dos" ? "mbr" : kind; }

TskSurvey parse_survey(const json& answer) {
  TskSurvey survey;
  survey.kind = our_name(answer.at("kind").get<std::string>());
  for (const json& part : answer.at("parts"))
    survey.parts.push_back({part.at("offset").get<u64>(), part.at("size").get<u64>(),
                            part.at("description").get<std::string>()});
  for (const json& fs : answer.at("file_systems"))
    survey.file_systems[fs.at("offset").get<u64>()] = {fs.at("name").get<std::string>(),
                                                       fs.at("reason").get<std::string>()};
  if (const auto error = answer.at("read_error").get<std::string>(); !error.empty())
    survey.problems.push_back("while looking for volumes: " + error);
  return survey;
}

TskPrograms parse_programs(const json& answer) {
  TskPrograms programs;
  programs.refused = answer.at("refused").get<std::string>();
  programs.sector = answer.at("sector").get<u64>();
  for (const json& volume : answer.at("volumes"))
    programs.refused_volumes[volume.at("offset").get<u64>()] = volume.at("why").get<std::string>();
  return programs;
}

/// What the child said; or why it said nothing, in `failure`.
template <typename Answer>
Answer parsed(const ChildAnswer& child, Answer (*parse)(const json&),
              std::string Answer::*failure) {
  Answer answer;
  if (!child.output) {
    answer.*failure = child.failure;
    return answer;
  }
  try {
    return parse(json::parse(*child.output));
  } catch (const json::exception& e) {
    answer.*failure = fmt::format("its answer can't be read: {}", e.what());
    return answer;
  }
}

} // namespace

TskSurvey survey_with_tsk(const std::vector<std::filesystem::path>& segments,
                          const SourcePtr& media, const SurveyScope& scope, const StopFlag* stop) {
  const ChildAnswer answer = ask_child(
      [&] {
        const SourcePtr own = segments.empty() ? media : open_image(segments).media;
        return survey_in_child(*own, {scope.offsets.begin(), scope.offsets.end()}, scope.table,
                               scope.unit);
      },
      kLimit, kMemory, stop);
  return parsed(answer, parse_survey, &TskSurvey::failure);
}

TskPrograms ask_tsk_programs(const Image& image, const std::vector<u64>& offsets,
                             const StopFlag* stop) {
  const ChildAnswer answer =
      ask_child([&] { return open_as_programs(image, offsets); }, kLimit, kMemory, stop);
  return parsed(answer, parse_programs, &TskPrograms::refused);
}

} // namespace coldsweep

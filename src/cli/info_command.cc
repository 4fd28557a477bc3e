// SPDX-License-Identifier: Apache-2.0
// `coldsweep info`: what an image is and holds, for people or as JSON.
#include "cli/commands.h"

#include "base/text.h"
#include "sweep/swept_volumes.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace coldsweep {
namespace {

nlohmann::ordered_json volume_json(const VolumeRecord& v, const Volume& volume) {
  nlohmann::ordered_json json{
      {"id", v.id},     {"locator", v.locator},       {"offset", volume.offset},
      {"size", v.size}, {"filesystem", v.filesystem}, {"description", volume.description}};
  json["cluster_size"] = v.cluster_size ? nlohmann::ordered_json(*v.cluster_size) : nullptr;
  json["serial"] = v.serial ? nlohmann::ordered_json(*v.serial) : nullptr;
  json["label"] = v.label ? nlohmann::ordered_json(*v.label) : nullptr;
  json["sweepable"] = v.status == VolumeStatus::swept;
  json["note"] = v.note;
  return json;
}

void print_json(const Image& image, const VolumeTable& table,
                const std::vector<VolumeRecord>& records) {
  nlohmann::ordered_json json{{"format", image.format}, {"size", image.media->size()}};
  for (const ImageSegment& segment : image.segments)
    json["segments"].push_back(
        {{"name", segment.path.filename().string()}, {"size", segment.size}});
  json["acquisition"] = image.acquisition;
  json["stored_hashes"] = image.stored_hashes;
  json["acquisition_errors"] = nlohmann::ordered_json::array();
  for (const MediaRange& range : image.acquisition_errors)
    json["acquisition_errors"].push_back({{"offset", range.offset}, {"length", range.length}});
  json["partition_table"] = table.kind;
  json["volumes"] = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < records.size(); ++i)
    json["volumes"].push_back(volume_json(records[i], table.volumes[i]));
  json["problems"] = image.problems;
  for (const std::string& problem : table.problems) json["problems"].push_back(problem);
  fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

void print_text(const Image& image, const VolumeTable& table,
                const std::vector<VolumeRecord>& records) {
  fmt::print("Image: {}, {} ({} bytes), {} segment{}\n", image.format,
             human_size(image.media->size()), image.media->size(), image.segments.size(),
             image.segments.size() == 1 ? "" : "s");
  for (const auto& [name, value] : image.acquisition)
    fmt::print("  {}: {}\n", name, printable(value));
  for (const auto& [name, value] : image.stored_hashes)
    fmt::print("  stored {}: {}\n", name, value);
  for (const MediaRange& range : image.acquisition_errors)
    fmt::print("  unreadable when acquired: {} bytes at offset {}\n", range.length, range.offset);
  fmt::print("Partition table: {}\n", table.kind);
  for (std::size_t i = 0; i < records.size(); ++i) {
    const VolumeRecord& v = records[i];
    fmt::print("{:<5} {:>16} {:>12}  {:<12} {}\n", v.locator, table.volumes[i].offset,
               human_size(v.size), v.filesystem, printable(table.volumes[i].description));
    if (v.cluster_size)
      fmt::print("      cluster size {}, serial {}, label \"{}\"\n", *v.cluster_size,
                 v.serial.value_or(""), printable(v.label.value_or("")));
    if (!v.note.empty()) fmt::print("      note: {}\n", printable(v.note));
  }
  for (const std::string& problem : image.problems) fmt::print("Problem: {}\n", printable(problem));
  for (const std::string& problem : table.problems) fmt::print("Problem: {}\n", printable(problem));
}

} // namespace

int run_info(const InfoArguments& arguments) {
  const Image image = open_image(arguments.image);
  const VolumeTable table =
      find_volumes(paths_of(image), image.media, {arguments.volume_at, arguments.find_volumes});
  std::vector<VolumeRecord> records;
  for (u32 id = 0; id < table.volumes.size(); ++id)
    records.push_back(describe_volume(id, table.volumes[id]));
  if (arguments.json)
    print_json(image, table, records);
  else
    print_text(image, table, records);
  return table.problems.empty() && image.problems.empty() ? 0 : 3;
}

} // namespace coldsweep

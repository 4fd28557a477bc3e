// SPDX-License-Identifier: Apache-2.0
#include "support/disk_image.h"

#include "base/file.h"
#include "support/program.h"
#include "support/run_tool.h"

#include <fmt/format.h>

namespace coldsweep::test {

Truth truth_of(NtfsImage& image) {
  Truth truth;
  for (const WrittenStream& stream : image.contents())
    if (stream.stream.empty() && stream.size > 0 && stream.allocated)
      truth["/" + stream.path] = stream.sha256();
  return truth;
}

PlantedVolume planted_volume(u64 seed, u64 size) {
  NtfsImage image({.size = size});
  for (u64 i = 0; i < 5; ++i)
    image.file(fmt::format("inetpub/page{}.aspx", i), pattern(12'000 + i, seed * 100 + i));
  image.file("small.txt", fmt::format("volume {}", seed));
  return {read_text(image.build()), truth_of(image)};
}

Disk& Disk::put(u64 offset, const std::string& bytes) {
  bytes_.replace(offset, bytes.size(), bytes);
  return *this;
}

Disk& Disk::split(const std::string& script) {
  const auto path = write();
  must_run({"sfdisk", "-q", path.string()}, script);
  bytes_ = read_text(path);
  return *this;
}

Disk& Disk::mbr(u64 start, u64 count, u64 entry) {
  std::string bytes("\x00\x20\x21\x00\x07\xFE\xFF\xFF", 8);
  for (const u64 value : {start, count})
    for (int i = 0; i < 4; ++i) bytes += static_cast<char>(value >> (8 * i));
  return put(446 + 16 * entry, bytes).put(510, "\x55\xAA");
}

std::filesystem::path Disk::write() const { return write_text(folder_ / "disk.raw", bytes_); }

std::filesystem::path Disk::write_e01() const {
  const auto raw = write();
  must_run({"ewfacquire", "-u", "-q", "-S", "1GiB", "-t", (folder_ / "disk").string(), raw});
  return folder_ / "disk.E01";
}

Truth swept_files(const Swept& swept, u64 offset) {
  Truth files;
  for (const nlohmann::json& volume : swept.volumes) {
    if (volume.at("offset") != offset || volume.at("status") != "swept") continue;
    for (const nlohmann::json& f : swept.findings)
      if (f.at("volume") == volume.at("id") && f.at("stream") == "" && f.at("kind") == "data" &&
          f.at("allocated") == true && f.at("record").get<u64>() >= 24)
        files[f.at("path")] = f.at("hashes").at("sha256");
  }
  return files;
}

std::vector<std::string> locators(const Swept& swept) {
  std::vector<std::string> all;
  for (const nlohmann::json& volume : swept.volumes)
    if (volume.at("filesystem") != "none") all.push_back(volume.at("locator"));
  return all;
}

} // namespace coldsweep::test

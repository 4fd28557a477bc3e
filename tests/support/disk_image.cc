// SPDX-License-Identifier: Apache-2.0
#include "support/disk_image.h"

#include "base/file.h"
#include "support/archive_bytes.h"
#include "support/mft_patch.h"
#include "support/program.h"
#include "support/run_tool.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace coldsweep::test {

Truth truth_of(NtfsImage& image) {
  Truth truth;
  for (const WrittenStream& stream : image.contents())
    if (stream.stream.empty() && stream.size > 0 && stream.allocated)
      truth["/" + stream.path] = stream.sha256();
  return truth;
}

namespace {

std::string number(u64 value, unsigned width) {
  std::string bytes;
  for (unsigned i = 0; i < width; ++i) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}

/// The image writer makes sectors of 512 bytes; mkntfs makes others.
std::string with_sectors(NtfsImage& image, const VolumeForm& form) {
  const auto path =
      write_text(image.folder_of_image() / "formatted.raw", std::string(form.size, '\0'));
  must_run({"mkntfs", "-F", "-q", "-Q", "-s", std::to_string(form.sector), "-c",
            std::to_string(form.cluster), path.string()});
  const std::string recipe = image.recipe();
  must_run({COLDSWEEP_NTFS_WRITER, path.string()}, recipe.substr(recipe.find('\n') + 1));
  return read_text(path);
}

u32 adler32(std::string_view bytes) {
  u32 a = 1, b = 0;
  for (const char c : bytes) {
    a = (a + static_cast<u8>(c)) % 65521;
    b = (b + a) % 65521;
  }
  return b << 16 | a;
}

std::string with_adler32(const std::string& bytes) { return bytes + number(adler32(bytes), 4); }

/// An EWF section's descriptor. `next` and `size` are at 16 and 24.
std::string descriptor(std::string type, u64 next, u64 size) {
  type.resize(16);
  return with_adler32(type + number(next, 8) + number(size, 8) + std::string(40, '\0'));
}

} // namespace

PlantedVolume planted_volume(u64 seed, const VolumeForm& form) {
  NtfsImage image({.size = form.size, .cluster = form.cluster});
  for (u64 i = 0; i < 5; ++i)
    image.file(fmt::format("inetpub/page{}.aspx", i), pattern(12'000 + i, seed * 100 + i));
  image.file("small.txt", fmt::format("volume {}", seed));
  const Truth truth = truth_of(image);
  return {form.sector == 512 ? read_text(image.build()) : with_sectors(image, form), truth};
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

Disk& Disk::mbr(u64 start, u64 count, u64 entry, u8 type) {
  return link(0, start, count, entry, type);
}

Disk& Disk::link(u64 table, u64 start, u64 count, u64 entry, u8 type) {
  std::string bytes("\x00\x20\x21\x00", 4);
  bytes += static_cast<char>(type);
  bytes += "\xFE\xFF\xFF" + number(start, 4) + number(count, 4);
  return put(table + 446 + 16 * entry, bytes).put(table + 510, "\x55\xAA");
}

Disk& Disk::gpt(const std::vector<std::pair<u64, u64>>& partitions, const GptForm& form) {
  constexpr u64 kEntries = 128, kEntry = 128;
  const u64 unit = form.unit, last = (bytes_.size() - form.padding) / unit - 1;
  const u64 entry_sectors = kEntries * kEntry / unit;
  std::string entries;
  for (const auto& [first, end] : partitions)
    entries += "\xa2\xa0\xd0\xeb\xe5\xb9\x33\x44\x87\xc0\x68\xb6\xb7\x26\x99\xc7" +
               std::string(16, static_cast<char>(entries.size())) + number(first, 8) +
               number(end, 8) + std::string(kEntry - 48, '\0');
  entries.resize(kEntries * kEntry);
  const auto copy = [&](u64 own, u64 other, u64 entries_at) {
    put(entries_at * unit, entries);
    put(own * unit, "EFI PART" + number(0x10000, 4) + number(92, 4) + number(0, 8) +
                        number(own, 8) + number(other, 8) + number(2 + entry_sectors, 8) +
                        number(last - entry_sectors - 1, 8) + std::string(16, 'G') +
                        number(entries_at, 8) + number(kEntries, 4) + number(kEntry, 4) +
                        number(0, 4));
    seal_gpt(bytes_, own * unit, unit);
  };
  copy(1, last, 2);
  copy(last, 1, last - entry_sectors);
  return mbr(1, last, 0, 0xEE);
}

std::filesystem::path Disk::write() const { return write_text(folder_ / "disk.raw", bytes_); }

std::filesystem::path Disk::write_e01(const std::vector<std::string>& options) const {
  std::vector<std::string> command{"ewfacquire", "-u", "-q", "-t", (folder_ / "disk").string()};
  if (std::find(options.begin(), options.end(), "-S") == options.end())
    command.insert(command.end(), {"-S", "1GiB"});
  command.insert(command.end(), options.begin(), options.end());
  command.push_back(write().string());
  must_run(command);
  return folder_ / "disk.E01";
}

std::filesystem::path Disk::write_split(u64 bytes) const {
  for (u64 i = 0; i * bytes < bytes_.size(); ++i)
    write_text(folder_ / fmt::format("disk.{:03}", i + 1), bytes_.substr(i * bytes, bytes));
  return folder_ / "disk.001";
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

void seal_gpt(std::string& disk, u64 header, u64 unit, bool entries) {
  const u64 at = field<u64>(disk, header + 72) * unit;
  const u64 length = u64{field<u32>(disk, header + 80)} * field<u32>(disk, header + 84);
  if (entries) set_field(disk, header + 88, crc32_of(disk.substr(at, length)), 4);
  set_field(disk, header + 16, 0, 4);
  set_field(disk, header + 16, crc32_of(disk.substr(header, 92)), 4);
}

void add_acquisition_errors(const std::filesystem::path& segment,
                            const std::vector<std::pair<u32, u32>>& ranges) {
  std::string file = read_text(segment);
  std::string entries;
  for (const auto& [first, count] : ranges) entries += number(first, 4) + number(count, 4);
  const std::string body =
      with_adler32(number(ranges.size(), 4) + std::string(512, '\0')) + with_adler32(entries);
  u64 at = 13; // behind the file's header
  while (!file.substr(at).starts_with("hash") && !file.substr(at).starts_with("done"))
    at = field<u64>(file, at + 16);
  for (u64 moved = at;;) { // what follows, by the size of the new section
    const std::string type = file.substr(moved, 16);
    const u64 next = field<u64>(file, moved + 16);
    file.replace(moved, 76,
                 descriptor(type, next + 76 + body.size(), field<u64>(file, moved + 24)));
    if (next <= moved) break;
    moved = next;
  }
  file.insert(at, descriptor("error2", at + 76 + body.size(), 76 + body.size()) + body);
  write_text(segment, file);
}

} // namespace coldsweep::test

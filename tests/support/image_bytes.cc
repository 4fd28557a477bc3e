// SPDX-License-Identifier: Apache-2.0
#include "support/image_bytes.h"

#include "base/error.h"
#include "image/image.h"

#include <fstream>

namespace coldsweep::test {

NtfsVolume open_bare(const std::filesystem::path& image) {
  return NtfsVolume::open(open_image({image}).media);
}

void write_at(const std::filesystem::path& image, u64 offset, std::string_view bytes) {
  std::fstream file(image, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(offset));
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file.good()) throw Error(image.string() + ": can't be written");
}

std::string read_at(const std::filesystem::path& image, u64 offset, u64 length) {
  std::ifstream file(image, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  std::string bytes(length, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(length));
  return bytes;
}

} // namespace coldsweep::test

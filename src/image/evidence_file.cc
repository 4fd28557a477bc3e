// SPDX-License-Identifier: Apache-2.0
#include "image/evidence_file.h"

#include "base/checked.h"
#include "base/error.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace coldsweep {
namespace {

constexpr const char* kExpected = "an image file or a block device was expected";

[[noreturn]] void refuse(const std::filesystem::path& path, std::string_view why) {
  throw UsageError(fmt::format("{}: {}; {}", path.string(), why, kExpected));
}

/// Checked before opening, so that the message says what the path is and what was expected.
void check_kind(const std::filesystem::path& path) {
  if (path.empty()) throw UsageError(fmt::format("an empty path; {}", kExpected));
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    const int error = errno;
    refuse(path, error == ENOENT ? "there is no such file" : errno_text(error));
  }
  if (S_ISDIR(status.st_mode)) refuse(path, "is a folder");
  if (S_ISFIFO(status.st_mode)) refuse(path, "is a pipe, which can't be read at random places");
  if (S_ISSOCK(status.st_mode)) refuse(path, "is a socket");
  if (S_ISCHR(status.st_mode)) refuse(path, "is a character device");
}

} // namespace

std::vector<std::byte> EvidenceFile::bytes(u64 offset, std::size_t length) const {
  std::vector<std::byte> read(std::min<u64>(length, saturating_subtract(size, offset)));
  file.read(offset, read);
  return read;
}

EvidenceFile open_evidence_file(const std::filesystem::path& path) {
  check_kind(path);
  EvidenceFile evidence;
  try {
    evidence.file = File::open(path);
  } catch (const Error& e) {
    throw UsageError(fmt::format("{}; {}", e.what(), kExpected));
  }
  const off_t end = ::lseek(evidence.file.descriptor(), 0, SEEK_END); // st_size of a device is 0
  if (end < 0) refuse(path, "has no size: " + errno_text(errno));
  if (end == 0) refuse(path, "is empty");
  evidence.size = static_cast<u64>(end);
  return evidence;
}

} // namespace coldsweep

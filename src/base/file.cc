// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include "base/error.h"

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace coldsweep {
namespace {

[[noreturn]] void fail(const char* what, const std::filesystem::path& path) {
  throw Error(fmt::format("{}: {}: {}", path.string(), what, errno_text(errno)));
}

int opened(const std::filesystem::path& path, int flags, unsigned mode = 0) {
  int descriptor = -1;
  do {
    descriptor = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  } while (descriptor < 0 && errno == EINTR);
  return descriptor;
}

} // namespace

std::string errno_text(int error_number) { return std::generic_category().message(error_number); }

File::File(int descriptor, std::filesystem::path path)
    : descriptor_(descriptor), path_(std::move(path)) {}

File::~File() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

File::File(File&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}

File& File::operator=(File&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  return *this;
}

File File::open(const std::filesystem::path& path) {
  // O_NONBLOCK: opening a pipe would wait for a writer. It means nothing for files and disks.
  const int descriptor = opened(path, O_RDONLY | O_NONBLOCK);
  if (descriptor < 0) fail("can't be opened", path);
  File file(descriptor, path);
  struct stat status {};
  if (::fstat(descriptor, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISDIR(status.st_mode)))
    throw Error(fmt::format("{}: a file was expected, but it is a {}", path.string(),
                            S_ISDIR(status.st_mode) ? "folder" : "pipe"));
  return file;
}

File File::of_descriptor(int descriptor, const std::filesystem::path& path) {
  if (descriptor < 0) fail("can't be opened", path);
  return {descriptor, path};
}

File File::create(const std::filesystem::path& path, unsigned mode) {
  const int descriptor = opened(path, O_RDWR | O_CREAT | O_EXCL, mode);
  if (descriptor < 0) fail("can't be created", path);
  return {descriptor, path};
}

File File::unnamed(const std::filesystem::path& directory) {
  int descriptor = opened(directory, O_RDWR | O_TMPFILE, 0600);
  if (descriptor < 0) { // not every file system has O_TMPFILE
    std::string name = (directory / "spool-XXXXXX").string();
    descriptor = ::mkostemp(name.data(), O_CLOEXEC);
    if (descriptor < 0) fail("can't hold a spool file", directory);
    ::unlink(name.c_str());
  }
  return {descriptor, directory / "(spool)"};
}

File File::in_memory() {
  const int descriptor = ::memfd_create("coldsweep", MFD_CLOEXEC);
  if (descriptor < 0) fail("can't be created", "(memory)");
  return {descriptor, "(memory)"};
}

void File::read(u64 offset, MutableBytes into) const {
  while (!into.empty()) {
    const ssize_t got = ::pread(descriptor_, into.data(), into.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      throw ReadError(offset, fmt::format("{}: offset {}: {} more bytes expected: {}",
                                          path_.string(), offset, into.size(),
                                          got == 0 ? "the file ends" : errno_text(errno)));
    }
    offset += static_cast<u64>(got);
    into = into.subspan(static_cast<std::size_t>(got));
  }
}

void File::write(u64 offset, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t put =
        ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) fail("can't be written", path_);
    offset += static_cast<u64>(put);
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
}

void File::append(ByteView bytes) {
  const off_t end = ::lseek(descriptor_, 0, SEEK_END);
  if (end < 0) fail("can't be extended", path_);
  write(static_cast<u64>(end), bytes);
}

void File::resize(u64 size) {
  if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) fail("can't be resized", path_);
}

void File::sync() {
  if (::fsync(descriptor_) != 0) fail("can't be made durable", path_);
}

u64 File::size() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) fail("has no size", path_);
  return static_cast<u64>(status.st_size);
}

std::string read_text(const std::filesystem::path& path, u64 limit) {
  const File file = File::open(path);
  const u64 size = file.size();
  if (size > limit)
    throw Error(fmt::format("{}: {} bytes, at most {} expected", path.string(), size, limit));
  std::string text(size, '\0');
  file.read(0, std::as_writable_bytes(std::span(text)));
  return text;
}

bool is_plain_file(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(std::filesystem::symlink_status(path, ignored));
}

std::string why_not_writable(const std::filesystem::path& folder) {
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) return errno_text(errno);
  if (!S_ISDIR(status.st_mode)) return errno_text(ENOTDIR);
  if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0) return errno_text(errno);
  return {};
}

std::string why_not_creatable(const std::filesystem::path& folder) {
  std::filesystem::path existing = std::filesystem::absolute(folder);
  std::error_code ignored;
  while (existing.has_relative_path() &&
         !std::filesystem::exists(std::filesystem::symlink_status(existing, ignored)))
    existing = existing.parent_path();
  return why_not_writable(existing);
}

void replace_file(const std::filesystem::path& path, ByteView bytes) {
  const std::filesystem::path partial = path.string() + ".partial";
  std::error_code error;
  std::filesystem::remove(partial, error);
  {
    File file = File::create(partial, kPrivateFile);
    file.write(0, bytes);
    file.sync();
  }
  std::filesystem::rename(partial, path, error);
  if (error) throw Error(fmt::format("{}: can't be written: {}", path.string(), error.message()));
  sync_directory(path.parent_path());
}

void rename_new(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return;
  // Not every file system can do that. A link never replaces anything either.
  if (errno == EINVAL && ::link(from.c_str(), to.c_str()) == 0) {
    ::unlink(from.c_str());
    return;
  }
  fail("can't be written", to);
}

void sync_directory(const std::filesystem::path& directory) {
  const int descriptor = opened(directory, O_RDONLY | O_DIRECTORY);
  if (descriptor < 0) fail("can't be opened", directory);
  ::fsync(descriptor);
  ::close(descriptor);
}

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
#include "base/folder.h"

#include "base/error.h"

#include <cerrno>
#include <memory>
#include <string_view>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace coldsweep {
namespace {

constexpr int kFolder = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

[[noreturn]] void fail(const char* what, const std::filesystem::path& path) {
  throw Error(fmt::format("{}: {}: {}", path.string(), what, errno_text(errno)));
}

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

} // namespace

Folder::Folder(const std::filesystem::path& path)
    : file_(File::of_descriptor(::open(path.c_str(), kFolder), path)) {}

Folder Folder::make(const std::string& name, unsigned mode) const {
  const std::filesystem::path path = file_.path() / name;
  if (::mkdirat(file_.descriptor(), name.c_str(), mode) != 0 && errno != EEXIST)
    fail("can't be created", path);
  return Folder(
      File::of_descriptor(::openat(file_.descriptor(), name.c_str(), kFolder | O_NOFOLLOW), path));
}

File Folder::create(const std::string& name, unsigned mode) const {
  constexpr int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  const int descriptor = ::openat(file_.descriptor(), name.c_str(), flags, mode);
  if (descriptor < 0) fail("can't be created", file_.path() / name);
  return File::of_descriptor(descriptor, file_.path() / name);
}

std::optional<File> Folder::open_plain(const std::string& name) const {
  constexpr int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  const int descriptor = ::openat(file_.descriptor(), name.c_str(), flags);
  if (descriptor < 0) return std::nullopt;
  File file = File::of_descriptor(descriptor, file_.path() / name);
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return file;
}

void Folder::rename_to(const std::string& name, const Folder& to,
                       const std::string& new_name) const {
  if (::renameat(file_.descriptor(), name.c_str(), to.file_.descriptor(), new_name.c_str()) != 0)
    fail("can't be written", to.file_.path() / new_name);
}

void Folder::remove(const std::string& name) const noexcept {
  ::unlinkat(file_.descriptor(), name.c_str(), 0);
}

std::vector<std::string> Folder::names() const {
  const int again = ::openat(file_.descriptor(), ".", kFolder);
  const std::unique_ptr<DIR, CloseFolder> folder(again < 0 ? nullptr : ::fdopendir(again));
  if (!folder) fail("can't be listed", file_.path());
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(folder.get()))
    if (const std::string_view name = entry->d_name; name != "." && name != "..")
      names.emplace_back(name);
  return names;
}

void Folder::sync_all() const {
  if (::syncfs(file_.descriptor()) != 0) fail("can't be made durable", file_.path());
}

} // namespace coldsweep

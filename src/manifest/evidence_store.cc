// SPDX-License-Identifier: Apache-2.0
#include "manifest/evidence_store.h"

#include "base/case_write_error.h"
#include "base/file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

namespace coldsweep {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFolder = "evidence";
constexpr std::string_view kPartial = ".partial-";

bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Whether the file exists with exactly this content. After a power failure it may be truncated.
bool holds(const fs::path& path, ByteView content) {
  std::error_code ignored;
  if (!fs::is_regular_file(fs::symlink_status(path, ignored))) return false;
  const File file = File::open(path);
  if (file.size() != content.size()) return false;
  std::vector<std::byte> buffer(std::min<u64>(content.size(), 1_MiB));
  for (u64 offset = 0; offset < content.size();) {
    const u64 length = std::min<u64>(buffer.size(), content.size() - offset);
    const MutableBytes piece = MutableBytes(buffer).first(length);
    file.read(offset, piece);
    if (!std::ranges::equal(piece, content.subspan(offset, length))) return false;
    offset += length;
  }
  return true;
}

void make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) throw Error(fmt::format("{}: can't be created: {}", path.string(), error.message()));
}

/// A file that is removed unless it is renamed to its final name.
class PartialCopy {
public:
  explicit PartialCopy(fs::path path) : path_(std::move(path)) { remove(); }
  ~PartialCopy() { remove(); }
  PartialCopy(const PartialCopy&) = delete;
  PartialCopy& operator=(const PartialCopy&) = delete;

  void write(ByteView content) const { File::create(path_, 0444).write(0, content); }
  void rename_to(const fs::path& target) const {
    std::error_code error;
    fs::rename(path_, target, error);
    if (error)
      throw Error(fmt::format("{}: can't be written: {}", target.string(), error.message()));
  }

private:
  void remove() const {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  fs::path path_;
};

} // namespace

EvidenceStore::EvidenceStore(fs::path case_folder) : case_folder_(std::move(case_folder)) {}

fs::path EvidenceStore::relative_path(const std::string& sha256) {
  if (!is_sha256(sha256)) throw FormatError("expected a SHA-256 of 64 lower-case hex digits");
  return fs::path(kFolder) / sha256.substr(0, 2) / sha256;
}

void EvidenceStore::keep(const std::string& sha256, ByteView content) const {
  const fs::path target = case_folder_ / relative_path(sha256);
  try {
    if (holds(target, content)) return;
    make_folder(target.parent_path());
    // The name is the thread's own. Two threads that keep the same content each write a file, and
    // whichever rename comes last, the result is the same.
    const PartialCopy copy(case_folder_ / kFolder /
                           fmt::format("{}{}-{}", kPartial, ::getpid(), ::gettid()));
    copy.write(content);
    copy.rename_to(target);
  } catch (const Error& error) {
    throw CaseWriteError(error.what());
  }
}

void EvidenceStore::sync() const {
  const fs::path folder = case_folder_ / kFolder;
  if (!fs::is_directory(folder)) return;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (!entry.path().filename().string().starts_with(kPartial)) continue;
    std::error_code ignored; // verify_case reports what can't be removed
    fs::remove(entry.path(), ignored);
  }
  // One call for all copies and folders; fsync would need one per copy.
  if (::syncfs(File::open(folder).descriptor()) != 0)
    throw CaseWriteError(
        fmt::format("{}: can't be made durable: {}", folder.string(), errno_text(errno)));
}

void EvidenceStore::drop_unnamed(const std::unordered_set<std::string>& named) const {
  const fs::path evidence = case_folder_ / kFolder;
  if (!fs::is_directory(fs::symlink_status(evidence))) return;
  for (const fs::directory_entry& folder : fs::directory_iterator(evidence)) {
    if (!fs::is_directory(folder.symlink_status())) continue;
    for (const fs::directory_entry& copy : fs::directory_iterator(folder)) {
      const std::string name = copy.path().filename().string();
      std::error_code ignored; // verify_case reports what can't be removed
      if (is_sha256(name) && !named.contains(name)) fs::remove(copy, ignored);
    }
  }
}

} // namespace coldsweep

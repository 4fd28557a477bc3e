// SPDX-License-Identifier: Apache-2.0
#include "manifest/evidence_store.h"

#include "base/case_write_error.h"
#include "base/file.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

namespace coldsweep {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFolder = "evidence";
constexpr std::string_view kPartial = ".partial-";

constexpr unsigned kPrivateFolder = 0700;

bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

void require_sha256(std::string_view text) {
  if (!is_sha256(text)) throw FormatError("expected a SHA-256 of 64 lower-case hex digits");
}

/// Whether the file has exactly this content. After a power failure it may be truncated.
bool holds(const File& file, ByteView content) {
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

/// A file that is removed unless it is renamed to its final name.
class PartialCopy {
public:
  PartialCopy(const Folder& folder, std::string name) : folder_(folder), name_(std::move(name)) {
    folder_.remove(name_);
  }
  ~PartialCopy() { folder_.remove(name_); }
  PartialCopy(const PartialCopy&) = delete;
  PartialCopy& operator=(const PartialCopy&) = delete;

  void write(ByteView content) const { folder_.create(name_, 0400).write(0, content); }
  void rename_to(const Folder& folder, const std::string& name) const {
    folder_.rename_to(name_, folder, name);
  }

private:
  const Folder& folder_;
  const std::string name_;
};

} // namespace

EvidenceStore::EvidenceStore(fs::path case_folder) : case_folder_(std::move(case_folder)) {}
EvidenceStore::~EvidenceStore() = default;

const Folder& EvidenceStore::folder() const {
  std::call_once(opened_, [this] {
    folder_ = std::make_unique<const Folder>(
        Folder(case_folder_).make(std::string(kFolder), kPrivateFolder));
  });
  return *folder_;
}

fs::path EvidenceStore::relative_path(const std::string& sha256) {
  require_sha256(sha256);
  return fs::path(kFolder) / sha256.substr(0, 2) / sha256;
}

void EvidenceStore::keep(const std::string& sha256, ByteView content) const {
  require_sha256(sha256);
  try {
    const Folder target = folder().make(sha256.substr(0, 2), kPrivateFolder);
    if (const std::optional<File> kept = target.open_plain(sha256); kept && holds(*kept, content))
      return;
    // The name is the thread's own. Two threads that keep the same content each write a file, and
    // whichever rename comes last, the result is the same.
    const PartialCopy copy(folder(), fmt::format("{}{}-{}", kPartial, ::getpid(), ::gettid()));
    copy.write(content);
    copy.rename_to(target, sha256);
  } catch (const Error& error) {
    throw CaseWriteError(error.what());
  }
}

void EvidenceStore::sync() const {
  const fs::file_status status = fs::symlink_status(case_folder_ / kFolder);
  if (!fs::exists(status)) return;
  try {
    for (const std::string& name : folder().names())
      if (name.starts_with(kPartial)) folder().remove(name); // verify_case reports what stays
    folder().sync_all(); // one call for all copies and folders; fsync would need one per copy
  } catch (const Error& error) {
    throw CaseWriteError(error.what());
  }
}

void EvidenceStore::drop_unnamed(const std::unordered_set<std::string>& named) const {
  if (!fs::is_directory(fs::symlink_status(case_folder_ / kFolder))) return;
  for (const std::string& name : folder().names()) {
    if (!fs::is_directory(fs::symlink_status(case_folder_ / kFolder / name))) continue;
    const Folder copies = folder().make(name, kPrivateFolder);
    for (const std::string& copy : copies.names())
      if (is_sha256(copy) && !named.contains(copy)) copies.remove(copy);
  }
}

} // namespace coldsweep

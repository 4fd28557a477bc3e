// SPDX-License-Identifier: Apache-2.0
// Copies of matched streams below `evidence/`, named by SHA-256, read-only. Everything is written
// through one descriptor of that folder, so a link planted in its place leads nowhere. Any thread.
#pragma once

#include "base/folder.h"
#include "base/types.h"

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>

namespace coldsweep {

class EvidenceStore {
public:
  explicit EvidenceStore(std::filesystem::path case_folder);
  ~EvidenceStore();
  EvidenceStore(const EvidenceStore&) = delete;
  EvidenceStore& operator=(const EvidenceStore&) = delete;

  /// Keeps a copy of `content`, whose SHA-256 is `sha256`, unless there already is one. The copy is
  /// durable after sync(). Whatever is thrown, there is no half-written copy under that name.
  /// Throws CaseWriteError if it can't be written.
  void keep(const std::string& sha256, ByteView content) const;

  /// Makes every copy durable and removes what an interrupted sweep left half-written. No thread
  /// may call keep() meanwhile. Throws CaseWriteError.
  void sync() const;

  /// Removes the copies that no finding names: those of streams that were lost, stopped half way,
  /// or whose findings were left out. `named`: the SHA-256 of each exported finding. No thread may
  /// call keep() meanwhile.
  void drop_unnamed(const std::unordered_set<std::string>& named) const;

  /// `evidence/ab/abcd...`, relative to the case folder. Throws FormatError unless `sha256` is 64
  /// lower-case hex digits.
  static std::filesystem::path relative_path(const std::string& sha256);

private:
  /// Opened once, when the first copy is kept: a case without copies has no such folder.
  const Folder& folder() const;

  std::filesystem::path case_folder_;
  mutable std::once_flag opened_;
  mutable std::unique_ptr<const Folder> folder_;
};

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
// Copies of matched streams below `evidence/`, named by SHA-256, read-only. Any thread.
#pragma once

#include "base/types.h"

#include <filesystem>
#include <string>
#include <unordered_set>

namespace coldsweep {

class EvidenceStore {
public:
  explicit EvidenceStore(std::filesystem::path case_folder);

  /// Keeps a copy of `content`, whose SHA-256 is `sha256`, unless there already is one. The copy is
  /// durable after sync(). Whatever is thrown, there is no half-written copy under that name.
  /// Throws CaseWriteError if it can't be written.
  void keep(const std::string& sha256, ByteView content) const;

  /// Makes every copy durable and removes what an interrupted sweep left half-written. No thread
  /// may call keep() meanwhile. Throws CaseWriteError.
  void sync() const;

  /// Removes the copies that no finding names: those of streams that were lost, or stopped half
  /// way. `named`: the SHA-256 of each exported finding. No thread may call keep() meanwhile.
  void drop_unnamed(const std::unordered_set<std::string>& named) const;

  /// `evidence/ab/abcd...`, relative to the case folder. Throws FormatError unless `sha256` is 64
  /// lower-case hex digits.
  static std::filesystem::path relative_path(const std::string& sha256);

private:
  std::filesystem::path case_folder_;
};

} // namespace coldsweep

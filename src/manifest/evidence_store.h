// SPDX-License-Identifier: Apache-2.0
// Copies of matched streams below `evidence/`, named by SHA-256, read-only. Any thread.
#pragma once

#include "base/types.h"

#include <filesystem>
#include <string>

namespace coldsweep {

class EvidenceStore {
public:
  explicit EvidenceStore(std::filesystem::path case_folder);

  /// Keeps a copy of `content`, whose SHA-256 is `sha256`, unless there already is one. The copy is
  /// durable after sync(). Throws Error if it can't be written.
  void keep(const std::string& sha256, ByteView content) const;

  /// Makes every copy durable and removes what an interrupted sweep left half-written. No thread
  /// may call keep() meanwhile.
  void sync() const;

  /// `evidence/ab/abcd...`, relative to the case folder. Throws FormatError unless `sha256` is 64
  /// lower-case hex digits.
  static std::filesystem::path relative_path(const std::string& sha256);

private:
  std::filesystem::path case_folder_;
};

} // namespace coldsweep

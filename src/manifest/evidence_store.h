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

  /// Keeps a copy of `content`, whose SHA-256 is `sha256`, unless there is one. Durable by the time
  /// of the seal. Throws Error when it can't be written.
  void keep(const std::string& sha256, ByteView content) const;

  /// Makes every copy durable and clears what an interrupted sweep left half-written. Nobody may be
  /// keeping meanwhile.
  void sync() const;

  /// `evidence/ab/abcd...` below the case folder. Throws FormatError unless it is 64 lower-case hex
  /// digits.
  static std::filesystem::path relative_path(const std::string& sha256);

private:
  std::filesystem::path case_folder_;
};

} // namespace coldsweep

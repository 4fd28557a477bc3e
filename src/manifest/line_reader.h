// SPDX-License-Identifier: Apache-2.0
// A manifest a line at a time, whatever its size. For manifest/ and report/. One thread.
#pragma once

#include "base/error.h"
#include "base/file.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace coldsweep {

/// Something is wrong with a case; the message is what the user reads.
struct Problem : FormatError {
  using FormatError::FormatError;
};

/// Throws Problem for a line of absurd length and for one without a line feed at its end.
class LineReader {
public:
  explicit LineReader(const std::filesystem::path& path);

  /// Without the line feed; valid until the next call.
  std::optional<std::string_view> next();

  /// Throws Problem: `manifest.jsonl line 17: why`.
  [[noreturn]] void fail(const std::string& why) const;

private:
  bool fill();

  File file_;
  u64 size_ = 0, position_ = 0, number_ = 0;
  std::string buffer_;
  std::size_t start_ = 0;
};

} // namespace coldsweep

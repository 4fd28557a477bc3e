// SPDX-License-Identifier: Apache-2.0
// Reads a manifest of any size line by line. For manifest/ and report/. One thread.
#pragma once

#include "base/error.h"
#include "base/file.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace coldsweep {

/// Something is wrong with a case. The user sees the message.
struct Problem : FormatError {
  using FormatError::FormatError;
};

/// Throws Problem for a line longer than kLongestLine (outcome_limits.h), and for one that doesn't
/// end in a line feed.
class LineReader {
public:
  explicit LineReader(const std::filesystem::path& path);

  /// Without the line feed; valid until the next call.
  std::optional<std::string_view> next();

  /// Throws Problem: `manifest.jsonl line 17: why`.
  [[noreturn]] void fail(const std::string& why) const;

private:
  [[noreturn]] void refuse_long_line() const;
  bool fill();

  File file_;
  u64 size_ = 0, position_ = 0, number_ = 0;
  std::string buffer_;
  std::size_t start_ = 0;
};

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
// A text file of any size, plain or compressed with xz, line by line; and the SHA-256 of the file
// as it is stored. One thread.
#pragma once

#include "base/types.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace coldsweep {

class TextLines {
public:
  /// Throws Error if the file can't be opened or read.
  static TextLines of_file(const std::filesystem::path& path);
  /// `bytes` must outlive this.
  static TextLines of_bytes(std::string_view bytes, const std::string& label);

  ~TextLines();
  TextLines(TextLines&&) noexcept;

  /// The next line without its end (LF or CR LF) and without a UTF-8 byte order mark; at most 64
  /// KiB of it. Valid until the next call. Throws UsageError for UTF-16 and damaged xz.
  std::optional<std::string_view> next();
  u64 number() const; ///< of the line that was returned last, 1-based

  const std::string& label() const; ///< the path, for messages
  u64 size() const;                 ///< of the file
  /// Only after the last line was returned.
  std::string sha256();

private:
  struct State;
  explicit TextLines(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

} // namespace coldsweep

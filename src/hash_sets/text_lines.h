// SPDX-License-Identifier: Apache-2.0
// A text file, plain or compressed with xz, line by line, whatever its size; and the SHA-256 of the file as it lies
// there. One thread.
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
  /// Throws Error when the file can't be opened or read.
  static TextLines of_file(const std::filesystem::path& path);
  /// `bytes` must outlive this.
  static TextLines of_bytes(std::string_view bytes, const std::string& label);

  ~TextLines();
  TextLines(TextLines&&) noexcept;

  /// The next line without its end (LF or CR LF) and, in the first, without a UTF-8 byte order mark; valid until the
  /// next call. Of a line longer than 64 KiB only that much. Throws UsageError for UTF-16 and damaged xz.
  std::optional<std::string_view> next();
  u64 number() const; ///< of the line that was given last, 1-based

  const std::string& label() const; ///< the path, for messages
  u64 size() const;                 ///< of the file
  /// Once the last line was given.
  std::string sha256();

private:
  struct State;
  explicit TextLines(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

} // namespace coldsweep

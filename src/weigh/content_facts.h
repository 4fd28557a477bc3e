// SPDX-License-Identifier: Apache-2.0
// What the content of a stream adds when its findings are weighed: whether it is text, what type it
// has, and whether the name's extension claims another type. Made from content in memory; not
// shared between threads.
#pragma once

#include "base/types.h"

#include <optional>
#include <string>

namespace coldsweep {

class ContentFacts {
public:
  /// For a stream without content.
  ContentFacts() = default;
  /// `content` must outlive the facts. `file_type` is its file_type_label().
  ContentFacts(ByteView content, std::string file_type)
      : content_(content), file_type_(std::move(file_type)) {}

  /// The beginning in lower case, without a byte order mark, UTF-16 as one byte a character. Absent
  /// if the content isn't text.
  const std::optional<std::string>& text() const;

  /// Why an extension (lower case, with its dot) doesn't fit this content, in words. Absent if it
  /// may fit.
  std::optional<std::string> mismatch(std::string_view extension) const;

private:
  ByteView content_;
  std::string file_type_;
  mutable std::optional<std::optional<std::string>> text_; ///< computed on first use
};

/// UTF-16 as one byte a character, with `?` for anything outside ASCII; other content unchanged.
/// The character at `i` comes from offset `skipped + i * stride` of the content.
struct PlainText {
  std::string text;
  u64 skipped = 0, stride = 1;
};
PlainText plain_text(ByteView content, u64 limit);

} // namespace coldsweep

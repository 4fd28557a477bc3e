// SPDX-License-Identifier: Apache-2.0
// What the bytes of a stream say when its findings are weighed: whether they are text, what they are, and whether the
// name's extension says otherwise. Made from content in memory; not shared between threads.
#pragma once

#include "base/types.h"

#include <optional>
#include <string>

namespace coldsweep {

class ContentFacts {
public:
  /// Of a stream without content.
  ContentFacts() = default;
  /// `content` must stay while the facts are asked for; `file_type` is its file_type_label().
  ContentFacts(ByteView content, std::string file_type)
      : content_(content), file_type_(std::move(file_type)) {}

  /// The beginning in lower case, without byte order mark and with UTF-16 as one byte a character; absent when it isn't
  /// text.
  const std::optional<std::string>& text() const;

  /// What is wrong with an extension (lower case, with its dot) for such content, in words; absent when it may be
  /// right.
  std::optional<std::string> mismatch(std::string_view extension) const;

private:
  ByteView content_;
  std::string file_type_;
  mutable std::optional<std::optional<std::string>> text_; ///< made when first asked for
};

/// UTF-16 as one byte a character, `?` for what is not ASCII; anything else as it is. `stride` and `skipped` lead back: a
/// character at `i` stands at `skipped + i * stride`.
struct PlainText {
  std::string text;
  u64 skipped = 0, stride = 1;
};
PlainText plain_text(ByteView content, u64 limit);

} // namespace coldsweep

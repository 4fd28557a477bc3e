// SPDX-License-Identifier: Apache-2.0
// YARA source -> traits. Follows the token rules of the YARA documentation ("Writing YARA rules"):
// comments, text strings and regular expressions are passed over; division is `\`, so `/` only
// begins a comment or an expression.
#include "rules/source_lexer.h"

#include "model/externals.h"

#include <algorithm>

namespace coldsweep {
namespace {

constexpr bool begins_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
constexpr bool continues_word(char c) { return begins_word(c) || (c >= '0' && c <= '9'); }
constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

class Lexer {
public:
  explicit Lexer(std::string_view source) : source_(source) {}

  SourceTraits run() {
    while (!at_end()) step();
    // The compiler says more about a file that ends within a token; for us it may depend on
    // anything.
    if (confused_ || !traits_.includes.empty()) traits_.reads_externals = true;
    return std::move(traits_);
  }

private:
  bool at_end() const { return position_ >= source_.size(); }
  char at(std::size_t ahead) const {
    return ahead < source_.size() - position_ ? source_[position_ + ahead] : '\0';
  }
  bool looking_at(std::string_view text) const {
    return source_.substr(position_).starts_with(text);
  }
  void advance(std::size_t count) {
    const std::string_view passed = source_.substr(position_, count);
    line_ += static_cast<u64>(std::count(passed.begin(), passed.end(), '\n'));
    position_ += passed.size();
  }
  void advance_past(std::string_view end, std::size_t from) {
    const std::size_t found = source_.find(end, position_ + from);
    if (found == std::string_view::npos) confused_ = true;
    advance(found == std::string_view::npos ? source_.size() : found + end.size() - position_);
  }

  void step() {
    if (looking_at("//")) {
      advance(std::min(source_.find('\n', position_), source_.size()) - position_);
    } else if (looking_at("/*")) {
      advance_past("*/", 2);
    } else if (at(0) == '/' || at(0) == '"') {
      pass_quoted(at(0));
    } else if (continues_word(at(0))) {
      read_word();
    } else {
      advance(1);
    }
  }

  /// A text string or a regular expression: ends at the same character without a backslash before
  /// it.
  void pass_quoted(char quote) {
    advance(1);
    while (!at_end() && at(0) != quote && at(0) != '\n') advance(at(0) == '\\' ? 2 : 1);
    if (at_end() || at(0) == '\n') confused_ = true;
    advance(1);
  }

  void read_word() {
    const bool of_string = position_ > 0 && std::string_view("$#@!").find(source_[position_ - 1]) !=
                                                std::string_view::npos;
    std::size_t length = 1;
    while (continues_word(at(length))) ++length;
    const std::string_view word = source_.substr(position_, length);
    advance(length);
    if (of_string) return; // `$filename` is a string of the rule
    if (word == "include")
      read_include();
    else if (std::find(kExternalNames.begin(), kExternalNames.end(), word) != kExternalNames.end())
      traits_.reads_externals |= !names_metadata();
  }

  /// `filename = ...` is a line of a `meta` section, `filename == ...` an expression.
  bool names_metadata() const {
    std::size_t ahead = 0;
    while (is_blank(at(ahead))) ++ahead;
    return at(ahead) == '=' && at(ahead + 1) != '=';
  }

  void read_include() {
    std::size_t ahead = 0;
    while (is_blank(at(ahead))) ++ahead;
    if (at(ahead) != '"') return;
    const u64 line = line_;
    advance(ahead + 1);
    // The name of a file knows no escapes.
    const std::size_t end = std::min(source_.find('"', position_), source_.size());
    traits_.includes.push_back({std::string(source_.substr(position_, end - position_)), line});
    advance(end + 1 - position_);
  }

  std::string_view source_;
  std::size_t position_ = 0;
  u64 line_ = 1;
  bool confused_ = false;
  SourceTraits traits_;
};

} // namespace

SourceTraits traits_of(std::string_view source) { return Lexer(source).run(); }

} // namespace coldsweep

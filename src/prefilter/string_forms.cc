// SPDX-License-Identifier: Apache-2.0
#include "prefilter/string_forms.h"

#include "prefilter/lexer.h"

#include <algorithm>

namespace coldsweep {
namespace {

constexpr double kLeastBits = 11; // of a string worth a search

constexpr unsigned char byte(char c) { return static_cast<unsigned char>(c); }

ByteSet with_both_cases(ByteSet set) {
  for (unsigned c = 'a'; c <= 'z'; ++c)
    if (set[c] || set[c - 32]) set.set(c), set.set(c - 32);
  return set;
}

template <typename F> void for_each_byte(Pattern& pattern, const F& change) {
  if (pattern.kind == Pattern::Kind::bytes) return change(pattern);
  for (Pattern& part : pattern.parts) for_each_byte(part, change);
}

Pattern nocased(Pattern pattern) {
  for_each_byte(pattern, [](Pattern& p) { p.bytes = with_both_cases(p.bytes); });
  return pattern;
}

/// Each byte followed by one of `high`.
Pattern widened(Pattern pattern, unsigned high = 0) {
  for_each_byte(pattern, [&](Pattern& p) {
    Pattern pair;
    pair.parts = {one_of(p.bytes), one_of(ByteSet().set(high))};
    p = std::move(pair);
  });
  return pattern;
}

std::string wide_text(std::string_view text) {
  std::string wide;
  for (const char c : text) wide += c, wide += '\0';
  return wide;
}

std::string encoded(std::string_view text, std::string_view alphabet) {
  std::string out;
  u32 bits = 0, held = 0;
  for (const char c : text) {
    bits = (bits << 8) | byte(c);
    held += 8;
    for (; held >= 6; held -= 6) out += alphabet[(bits >> (held - 6)) & 0x3F];
    bits &= 0xFFFF;
  }
  return out; // without the character that the last bits begin
}

/// What `text` looks like in encoded data, for each alignment.
void add_base64(std::string_view text, const StringDeclaration& string,
                std::vector<Pattern>& forms) {
  static constexpr std::string_view kStandard =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::string_view alphabet =
      string.alphabet ? std::string_view(*string.alphabet) : kStandard;
  if (alphabet.size() != 64) throw NotUnderstood("a base64 alphabet that has not 64 characters");
  for (std::size_t before = 0; before < 3; ++before) {
    // Characters that share bits with the bytes before or after are unknown.
    std::string whole = encoded(std::string(before, 'A') + std::string(text), alphabet);
    const std::size_t unknown = before == 0 ? 0 : before + 1;
    whole.erase(0, std::min(unknown, whole.size()));
    if (string.base64) forms.push_back(sequence_of(whole));
    if (string.base64wide) forms.push_back(sequence_of(wide_text(whole)));
  }
}

void add_xored(const StringDeclaration& string, std::vector<Pattern>& forms) {
  const auto [first, last] = *string.xor_keys;
  if (first < 0 || last > 255 || first > last) throw NotUnderstood("keys of xor");
  for (i64 key = 0; key <= 255; ++key) {
    if (key != 0 && (key < first || key > last)) continue;
    std::string text = string.body, wide = wide_text(string.body);
    for (char& c : text) c = static_cast<char>(c ^ static_cast<char>(key));
    for (char& c : wide) c = static_cast<char>(c ^ static_cast<char>(key));
    if (string.ascii || !string.wide) forms.push_back(sequence_of(text));
    if (string.wide) forms.push_back(sequence_of(wide));
  }
}

void narrow_jumps(Pattern& form) {
  for (Pattern& part : form.parts)
    if (part.kind == Pattern::Kind::repeat && part.most > part.least) part.most = part.least;
}

} // namespace

std::vector<Pattern> forms_of(const StringDeclaration& string) {
  std::vector<Pattern> forms;
  if (string.kind == StringDeclaration::Kind::hex) {
    forms.push_back(parse_hex_pattern(string.body));
    return forms;
  }
  const bool narrow = string.ascii || !string.wide;
  if (string.kind == StringDeclaration::Kind::text) {
    if (string.base64 || string.base64wide) {
      if (narrow) add_base64(string.body, string, forms);
      if (string.wide) add_base64(wide_text(string.body), string, forms);
      return forms;
    }
    if (string.xor_keys) {
      add_xored(string, forms);
      return forms;
    }
  }
  Pattern pattern = string.kind == StringDeclaration::Kind::text
                        ? sequence_of(string.body)
                        : parse_regex_pattern(string.body, string.nocase, string.dot_all);
  if (string.kind == StringDeclaration::Kind::text && string.nocase)
    pattern = nocased(std::move(pattern));
  if (string.wide) forms.push_back(widened(pattern));
  if (narrow) forms.push_back(std::move(pattern));
  return forms;
}

StringForms string_forms(StringDeclaration declared, PlantedFault fault) {
  if (fault == PlantedFault::forget_wide && declared.wide) declared.wide = !(declared.ascii = true);
  if (fault == PlantedFault::forget_nocase) declared.nocase = false;
  if (fault == PlantedFault::forget_xor_keys && declared.xor_keys) declared.xor_keys->second /= 2;
  if (fault == PlantedFault::exclude_newline) declared.dot_all = false;
  StringForms forms;
  try {
    forms.all = forms_of(declared);
  } catch (const NotUnderstood& e) {
    forms.problem = e.what();
    return forms;
  }
  if (fault == PlantedFault::forget_base64_alignment && (declared.base64 || declared.base64wide) &&
      forms.all.size() > 1)
    forms.all.pop_back();
  if (fault == PlantedFault::narrow_hex_jump && declared.kind == StringDeclaration::Kind::hex)
    std::for_each(forms.all.begin(), forms.all.end(), narrow_jumps);
  const bool worth = std::all_of(forms.all.begin(), forms.all.end(), [](const Pattern& form) {
    return bits_of(necessary_runs(form)) >= kLeastBits;
  });
  if (!worth) forms.problem = "too short or too common to search for";
  return forms;
}

} // namespace coldsweep

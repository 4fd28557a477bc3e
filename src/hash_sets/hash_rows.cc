// SPDX-License-Identifier: Apache-2.0
#include "hash_sets/hash_rows.h"

#include "base/error.h"
#include "base/text.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr std::string_view kHashdeep = "%%%% HASHDEEP-1.";
constexpr std::size_t kLongestNote = 200;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool is_hash(std::string_view text) {
  return (text.size() == 32 || text.size() == 40 || text.size() == 64) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
         });
}

bool is_comment(std::string_view line) {
  return line.empty() || line.starts_with('#') || line.starts_with("//");
}

/// One line of CSV; fields in quotes may hold separators and doubled quotes.
std::vector<std::string> split(std::string_view line, char separator) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"')
      fields.back() += line[++i];
    else if (c == '"')
      quoted = !quoted;
    else if (c == separator && !quoted)
      fields.emplace_back();
    else
      fields.back() += c;
  }
  for (std::string& field : fields) field = std::string(trimmed(field));
  return fields;
}

/// `SHA-256`, `sha_256` and `Sha256` are one name.
std::string column_name(std::string_view text) {
  std::string name;
  for (const char c : ascii_lower(text))
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) name += c;
  return name;
}

/// `SHA256 (name) = HASH`, the format of BSD tools and `openssl dgst`.
std::optional<HashRow> parse_tagged(std::string_view line) {
  const std::size_t equals =
      line.rfind(")= ") != std::string_view::npos ? line.rfind(")= ") : line.rfind(") = ");
  const std::size_t open = line.find('(');
  if (equals == std::string_view::npos || open == std::string_view::npos || open > equals)
    return std::nullopt;
  const std::string_view hash = trimmed(line.substr(line.find('=', equals) + 1));
  if (!is_hash(hash)) return std::nullopt;
  return HashRow{ascii_lower(hash), std::string(line.substr(open + 1, equals - open - 1)), {}, {}};
}

std::optional<HashRow> parse_plain(std::string_view line) {
  if (std::optional<HashRow> row = parse_tagged(line)) return row;
  if (line.starts_with('\\')) line.remove_prefix(1); // how sha256sum marks escaped names
  const std::size_t end = std::min(line.find_first_of(" \t;,|"), line.size());
  std::string_view hash = line.substr(0, end);
  if (hash.size() > 2 && hash.front() == '"' && hash.back() == '"')
    hash = hash.substr(1, hash.size() - 2);
  if (!is_hash(hash)) return std::nullopt;
  std::string_view note = line.substr(end);
  note.remove_prefix(std::min(note.find_first_not_of(" \t;,|*"), note.size()));
  return HashRow{ascii_lower(hash), std::string(note), {}, {}};
}

std::string cut(std::string text) {
  if (text.size() <= kLongestNote) return text;
  std::size_t end = kLongestNote;
  while (end > 0 && (static_cast<u8>(text[end]) & 0xC0) == 0x80) --end; // not within a character
  return text.substr(0, end) + "...";
}

} // namespace

/// The columns, if the first line that isn't a comment names any with hashes.
std::optional<HashRows::Columns> HashRows::header(std::string_view line) {
  Columns columns;
  columns.separator = ',';
  for (const char candidate : {';', '\t'})
    if (std::count(line.begin(), line.end(), candidate) >
        std::count(line.begin(), line.end(), columns.separator))
      columns.separator = candidate;
  constexpr std::array<std::string_view, 6> kNotes{"note",   "comment",  "description",
                                                   "source", "filename", "file"};
  bool product = false, system = false;
  const std::vector<std::string> fields = split(line, columns.separator);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string name = column_name(fields[i]);
    if (name == "md5" || name == "md5hash") columns.md5 = i;
    if (name == "sha1" || name == "sha1hash") columns.sha1 = i;
    if (name == "sha256" || name == "sha256hash") columns.sha256 = i;
    if (name == "type" || name == "indicatortype") columns.type = i;
    if (name == "indicator" || name == "data" || name == "value") columns.indicator = i;
    if (name == "path") columns.path = i;
    if (name == "firstbuild") columns.first_build = i;
    if (name == "lastbuild") columns.last_build = i;
    product = product || name == "productcode";
    system = system || name == "opsystemcode";
    if (std::find(kNotes.begin(), kNotes.end(), name) != kNotes.end()) columns.notes.push_back(i);
  }
  columns.nsrl = product && system;
  const bool hashes = columns.md5 || columns.sha1 || columns.sha256;
  if (!hashes && !(columns.type && columns.indicator)) return std::nullopt;
  if (hashes) columns.indicator.reset();
  return columns;
}

std::optional<HashRow> HashRows::next() {
  while (const std::optional<std::string_view> line = lines_.next()) {
    const std::string_view text = trimmed(*line);
    if (is_comment(text)) continue;
    if (!begun_) {
      begun_ = true;
      if (text.starts_with(kHashdeep)) {
        const std::optional<std::string_view> names = lines_.next();
        if (names && names->starts_with("%%%% ")) columns_ = header(names->substr(5));
        if (!columns_)
          throw UsageError(
              fmt::format("{}: line {}: the names of the columns expected, as hashdeep writes them",
                          lines_.label(), lines_.number()));
        columns_->hashdeep = true;
        continue;
      }
      if (!parse_plain(text) && (columns_ = header(text))) continue;
    }
    if (columns_ && columns_->hashdeep && text.starts_with("%%%%")) continue;
    if (std::optional<HashRow> row = parse(text)) {
      row->note = cut(std::move(row->note));
      return row;
    }
  }
  return std::nullopt;
}

std::optional<HashRow> HashRows::parse(std::string_view line) {
  std::optional<HashRow> row = columns_ ? parse_fields(line) : parse_plain(line);
  if (!row && !columns_) bad("a hash of 32, 40 or 64 hex digits expected");
  return row;
}

std::optional<HashRow> HashRows::parse_fields(std::string_view line) {
  const std::vector<std::string> fields = split(line, columns_->separator);
  const auto value = [&](const Column& column) -> std::string {
    return column && *column < fields.size() ? fields[*column] : std::string();
  };
  HashRow row;
  if (columns_->indicator) {
    const std::string indicator = value(columns_->indicator);
    // Lists of indicators also hold paths, domains and addresses.
    const bool hash_type = ascii_lower(value(columns_->type)).find("sha") != std::string::npos ||
                           ascii_lower(value(columns_->type)).find("md5") != std::string::npos;
    if (!is_hash(indicator)) {
      if (hash_type) bad("a hash expected as its type says");
      return std::nullopt;
    }
    row.hash = ascii_lower(indicator);
  } else {
    for (const Column& column : {columns_->sha256, columns_->sha1, columns_->md5}) {
      const std::string text = value(column);
      if (!is_hash(text)) continue;
      row.hash = ascii_lower(text);
      break;
    }
    if (row.hash.empty()) {
      bad("no hash in the columns that should have one");
      return std::nullopt;
    }
  }
  for (const std::size_t note : columns_->notes)
    if (note < fields.size() && !fields[note].empty())
      row.note += (row.note.empty() ? "" : ", ") + fields[note];
  row.path = value(columns_->path);
  row.last_build = value(columns_->last_build);
  return row;
}

void HashRows::bad(const std::string& why) {
  if (++bad_lines_ == 1) first_bad_ = fmt::format("line {}: {}", lines_.number(), why);
}

std::string_view HashRows::format() const {
  if (!columns_) return "text";
  return columns_->hashdeep ? "hashdeep" : "csv";
}

} // namespace coldsweep

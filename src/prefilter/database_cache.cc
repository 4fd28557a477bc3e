// SPDX-License-Identifier: Apache-2.0
#include "prefilter/database_cache.h"

#include "base/hash.h"

#include <fstream>
#include <iterator>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

namespace coldsweep {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLeastPatterns = 64; // fewer are compiled faster than read
constexpr std::string_view kFormat = "coldsweep-search-database/2\n";

std::string key_of(std::span<const SearchPattern> patterns) {
  Hasher hasher(HashKind::sha256);
  hasher.add(kFormat);
  hasher.add(search_platform());
  for (const SearchPattern& pattern : patterns) {
    hasher.add(fmt::format("\n{} {} ", pattern.id, pattern.expression->nocase));
    hasher.add(pattern.expression->text);
  }
  return hasher.finish();
}

/// What precedes the database in its file.
std::string header_of(const std::string& key, const std::string& database) {
  return fmt::format("{}{}\n{}\n", kFormat, key, sha256_of(database));
}

std::optional<SearchDatabase> read(const fs::path& path, const std::string& key) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const std::size_t header = kFormat.size() + 2 * (64 + 1);
  if (bytes.size() <= header) return std::nullopt;
  const std::string database = bytes.substr(header);
  if (bytes.compare(0, header, header_of(key, database)) != 0) return std::nullopt;
  return SearchDatabase::restore(database);
}

void write(const fs::path& path, const std::string& key, const std::string& database) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  const fs::path temporary = fs::path(path).concat(fmt::format(".{}", ::getpid()));
  {
    std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
    file << header_of(key, database) << database;
    file.close();
    if (!file) {
      fs::remove(temporary, error);
      return;
    }
  }
  fs::rename(temporary, path, error);
  if (error) fs::remove(temporary, error);
}

} // namespace

SearchDatabase cached_database(std::span<const SearchPattern> patterns, const fs::path& folder) {
  if (folder.empty() || patterns.size() < kLeastPatterns) return SearchDatabase::compile(patterns);
  const std::string key = key_of(patterns);
  const fs::path path = folder / (key + ".search");
  if (std::optional<SearchDatabase> kept = read(path, key)) return std::move(*kept);
  SearchDatabase made = SearchDatabase::compile(patterns);
  write(path, key, made.serialized());
  return made;
}

} // namespace coldsweep

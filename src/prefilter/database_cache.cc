// SPDX-License-Identifier: Apache-2.0
#include "prefilter/database_cache.h"

#include "base/free_memory.h"
#include "base/hash.h"

#include <condition_variable>
#include <fstream>
#include <mutex>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

namespace coldsweep {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLeastPatterns = 64; // fewer are compiled faster than read
// While it compiles, Hyperscan takes some 4 KiB for each pattern.
constexpr std::size_t kMostPatternsAtOnce = 40'000;
constexpr std::size_t kManyPatterns = 10'000; // leave much free memory behind
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
std::string header_of(const std::string& key, std::string_view database) {
  return fmt::format("{}{}\n{}\n", kFormat, key, sha256_of(database));
}

std::optional<SearchDatabase> read(const fs::path& path, const std::string& key) {
  std::ifstream file(path, std::ios::binary);
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  const std::size_t header = kFormat.size() + 2 * (64 + 1);
  if (error || size <= header) return std::nullopt;
  std::string bytes(size, '\0');
  if (!file.read(bytes.data(), static_cast<std::streamsize>(size))) return std::nullopt;
  const std::string_view database = std::string_view(bytes).substr(header);
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

/// Bounds what is compiled at the same time, unless it is one large database.
class CompileTurn {
public:
  explicit CompileTurn(std::size_t patterns) : patterns_(patterns) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return now_ == 0 || now_ + patterns_ <= kMostPatternsAtOnce; });
    now_ += patterns_;
  }
  ~CompileTurn() {
    {
      const std::scoped_lock lock(mutex_);
      now_ -= patterns_;
    }
    changed_.notify_all();
  }
  CompileTurn(const CompileTurn&) = delete;
  CompileTurn& operator=(const CompileTurn&) = delete;

private:
  inline static std::mutex mutex_;
  inline static std::condition_variable changed_;
  inline static std::size_t now_ = 0;
  std::size_t patterns_;
};

SearchDatabase compiled(std::span<const SearchPattern> patterns) {
  const CompileTurn turn(patterns.size());
  SearchDatabase database = SearchDatabase::compile(patterns);
  if (patterns.size() >= kManyPatterns) give_back_free_memory();
  return database;
}

} // namespace

SearchDatabase cached_database(std::span<const SearchPattern> patterns, const fs::path& folder) {
  if (patterns.size() < kLeastPatterns) return SearchDatabase::compile(patterns);
  if (folder.empty()) return compiled(patterns);
  const std::string key = key_of(patterns);
  const fs::path path = folder / (key + ".search");
  if (std::optional<SearchDatabase> kept = read(path, key)) return std::move(*kept);
  SearchDatabase made = compiled(patterns);
  write(path, key, made.serialized());
  return made;
}

} // namespace coldsweep

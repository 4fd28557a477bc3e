// SPDX-License-Identifier: Apache-2.0
#include "prefilter/search.h"

#include "base/error.h"
#include "prefilter/pattern_core.h"

#include <algorithm>
#include <limits>
#include <new>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <hs/hs.h>

namespace coldsweep {
namespace {

template <auto release> struct Release {
  template <typename T> void operator()(T* handle) const { release(handle); }
};
using Database = std::unique_ptr<hs_database_t, Release<hs_free_database>>;
using Scratch = std::unique_ptr<hs_scratch_t, Release<hs_free_scratch>>;
using CompileError = std::unique_ptr<hs_compile_error_t, Release<hs_free_compile_error>>;

void check(hs_error_t code, const char* what) {
  if (code == HS_NOMEM) throw std::bad_alloc();
  if (code != HS_SUCCESS) throw Error(fmt::format("Hyperscan: {}: error {}", what, code));
}

struct Expressions {
  std::vector<std::string> texts;
  std::vector<unsigned> flags, ids;
  std::vector<const PackedPattern*> patterns;

  void set(std::size_t index, const SearchExpression& expression, bool approximate) {
    texts[index] = expression.text;
    flags[index] = HS_FLAG_DOTALL | HS_FLAG_SINGLEMATCH;
    if (expression.nocase) flags[index] |= HS_FLAG_CASELESS;
    if (approximate) flags[index] |= HS_FLAG_PREFILTER;
  }
};

Expressions expressions_of(std::span<const SearchPattern> patterns) {
  Expressions all;
  for (const SearchPattern& p : patterns) {
    all.texts.emplace_back();
    all.flags.push_back(0);
    all.ids.push_back(p.id);
    all.patterns.push_back(p.pattern);
    all.set(all.texts.size() - 1, *p.expression, !p.pattern->is_plain());
  }
  return all;
}

int on_match(unsigned id, unsigned long long, unsigned long long, unsigned, void* found) noexcept {
  static_cast<std::vector<u32>*>(found)->push_back(id);
  return 0;
}

/// Vectorscan 5.4.9, which has the same interface, doesn't; it then counts as absent.
bool finds_at_every_alignment() {
  constexpr u32 count = 21;
  constexpr std::size_t alignments = 128;
  std::vector<PackedPattern> patterns;
  std::vector<SearchExpression> expressions;
  for (u32 i = 0; i < count; ++i) {
    const Pattern pattern = sequence_of(fmt::format("needle{:02}", i));
    patterns.emplace_back(pattern);
    expressions.push_back(expression_of(pattern));
  }
  std::vector<SearchPattern> wanted;
  for (u32 i = 0; i < count; ++i) wanted.push_back({i, &patterns[i], &expressions[i]});
  const SearchDatabase database = SearchDatabase::compile(wanted);
  SearchScratch scratch;
  for (const std::size_t length : {std::size_t{40}, std::size_t{4000}, std::size_t{70'000}}) {
    const std::string content = std::string(length, '.') + "needle07 and a needle12";
    for (std::size_t at = 0; at < alignments; ++at) {
      const std::string padded = std::string(at, 'n') + content;
      std::vector<u32> found;
      if (!database.search(bytes_of(padded).subspan(at), scratch, found) || found.size() != 2)
        return false;
    }
  }
  return true;
}

} // namespace

struct SearchScratch::State {
  Scratch scratch;
  std::set<const hs_database_t*> prepared; // it is large enough for these; they outlive it
};

struct SearchDatabase::State {
  Database database;
};

bool search_available() {
  static const bool trusted = hs_valid_platform() == HS_SUCCESS && finds_at_every_alignment();
  return trusted;
}

std::string search_platform() {
  hs_platform_info_t info{};
  check(hs_populate_platform(&info), "the processor's features");
  return fmt::format("{} {}/{:x}", hs_version(), info.tune, info.cpu_features);
}

SearchScratch::SearchScratch() : state_(std::make_unique<State>()) {}
SearchScratch::~SearchScratch() = default;
SearchScratch::SearchScratch(SearchScratch&&) noexcept = default;
SearchScratch& SearchScratch::operator=(SearchScratch&&) noexcept = default;

SearchDatabase::SearchDatabase(std::unique_ptr<State> state) : state_(std::move(state)) {}
SearchDatabase::~SearchDatabase() = default;
SearchDatabase::SearchDatabase(SearchDatabase&&) noexcept = default;
SearchDatabase& SearchDatabase::operator=(SearchDatabase&&) noexcept = default;

SearchDatabase SearchDatabase::compile(std::span<const SearchPattern> patterns) {
  Expressions all = expressions_of(patterns);
  std::vector<u8> reduced(all.texts.size()); // how often
  while (!all.texts.empty()) {
    std::vector<const char*> texts;
    for (const std::string& text : all.texts) texts.push_back(text.c_str());
    hs_database_t* database = nullptr;
    hs_compile_error_t* failure = nullptr;
    const hs_error_t code = hs_compile_multi(texts.data(), all.flags.data(), all.ids.data(),
                                             static_cast<unsigned>(texts.size()), HS_MODE_BLOCK,
                                             nullptr, &database, &failure);
    const CompileError error(failure);
    if (code == HS_SUCCESS)
      return SearchDatabase(std::make_unique<State>(State{Database(database)}));
    // Hyperscan's compiler says this of the first expression, whichever it was at (hs_enomem).
    if (error && std::string_view(error->message) == "Unable to allocate memory.")
      throw std::bad_alloc();
    if (!error || error->expression < 0)
      throw Error(fmt::format("Hyperscan: {}", error ? error->message : "no reason given"));
    const auto index = static_cast<std::size_t>(error->expression);
    if (reduced[index] == 2)
      throw Error(fmt::format("Hyperscan: {}: {}", all.texts[index], error->message));
    const Pattern whole = all.patterns[index]->unpacked();
    const Pattern part = ++reduced[index] == 1 ? core_of(whole) : any_of(necessary_runs(whole));
    all.set(index, expression_of(part), reduced[index] == 1);
  }
  throw Error("Hyperscan: a database of no patterns");
}

std::optional<SearchDatabase> SearchDatabase::restore(std::string_view bytes) {
  hs_database_t* database = nullptr;
  if (hs_deserialize_database(bytes.data(), bytes.size(), &database) != HS_SUCCESS)
    return std::nullopt;
  return SearchDatabase(std::make_unique<State>(State{Database(database)}));
}

u64 SearchDatabase::bytes() const {
  std::size_t size = 0;
  check(hs_database_size(state_->database.get(), &size), "the size of a database");
  return size;
}

std::string SearchDatabase::serialized() const {
  char* bytes = nullptr;
  std::size_t length = 0;
  check(hs_serialize_database(state_->database.get(), &bytes, &length), "storing a database");
  const std::unique_ptr<char, Release<std::free>> owned(bytes);
  return std::string(bytes, length);
}

bool SearchDatabase::search(ByteView content, SearchScratch& scratch,
                            std::vector<u32>& found) const {
  if (content.size() > std::numeric_limits<unsigned>::max()) return false;
  SearchScratch::State& own = *scratch.state_;
  // Only once for each database, because the library checks all of it.
  if (own.prepared.insert(state_->database.get()).second) {
    hs_scratch_t* raw = own.scratch.release();
    const hs_error_t grown = hs_alloc_scratch(state_->database.get(), &raw);
    own.scratch.reset(raw);
    check(grown, "no memory to search with");
  }
  const hs_error_t code =
      hs_scan(state_->database.get(), reinterpret_cast<const char*>(content.data()),
              static_cast<unsigned>(content.size()), 0, own.scratch.get(), on_match, &found);
  return code == HS_SUCCESS;
}

} // namespace coldsweep

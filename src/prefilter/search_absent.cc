// SPDX-License-Identifier: Apache-2.0
// Replaces search_hyperscan.cc if the library was absent at build time.
#include "prefilter/search.h"

#include "base/error.h"

namespace coldsweep {

struct SearchScratch::State {};
struct SearchDatabase::State {};

bool search_available() { return false; }
std::string search_platform() { return "none"; }

SearchScratch::SearchScratch() = default;
SearchScratch::~SearchScratch() = default;
SearchScratch::SearchScratch(SearchScratch&&) noexcept = default;
SearchScratch& SearchScratch::operator=(SearchScratch&&) noexcept = default;

SearchDatabase::SearchDatabase(std::unique_ptr<State> state) : state_(std::move(state)) {}
SearchDatabase::~SearchDatabase() = default;
SearchDatabase::SearchDatabase(SearchDatabase&&) noexcept = default;
SearchDatabase& SearchDatabase::operator=(SearchDatabase&&) noexcept = default;

SearchDatabase SearchDatabase::compile(std::span<const SearchPattern>) {
  throw Error("built without Hyperscan");
}
std::optional<SearchDatabase> SearchDatabase::restore(std::string_view) { return std::nullopt; }
u64 SearchDatabase::bytes() const { return 0; }
std::string SearchDatabase::serialized() const { return {}; }
bool SearchDatabase::search(ByteView, SearchScratch&, std::vector<u32>&) const { return false; }

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
#include "hash_sets/hash_list.h"

#include <algorithm>

namespace coldsweep {
namespace {

u8 digit(char c) { return static_cast<u8>(c <= '9' ? c - '0' : c - 'a' + 10); }

template <std::size_t N> std::array<u8, N> digest_of(std::string_view hex) {
  std::array<u8, N> digest{};
  for (std::size_t i = 0; i < N; ++i)
    digest[i] = static_cast<u8>(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
  return digest;
}

template <typename Table> void sort(Table& table) {
  std::stable_sort(table.begin(), table.end(),
                   [](const auto& a, const auto& b) { return a.digest < b.digest; });
  const auto last = std::unique(table.begin(), table.end(),
                                [](const auto& a, const auto& b) { return a.digest == b.digest; });
  table.erase(last, table.end());
  table.shrink_to_fit();
}

} // namespace

bool is_hash_of_nothing(std::string_view hex) {
  return hex == "d41d8cd98f00b204e9800998ecf8427e" ||
         hex == "da39a3ee5e6b4b0d3255bfef95601890afd80709" ||
         hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
}

void HashList::add(std::string_view hex, std::string_view note) {
  u32 index = 0;
  if (!note.empty()) {
    if (notes_.back() != note) notes_.emplace_back(note); // one source has many lines
    index = static_cast<u32>(notes_.size() - 1);
  }
  if (hex.size() == 32) md5_.push_back({digest_of<16>(hex), index});
  if (hex.size() == 40) sha1_.push_back({digest_of<20>(hex), index});
  if (hex.size() == 64) sha256_.push_back({digest_of<32>(hex), index});
}

void HashList::finish() {
  sort(md5_);
  sort(sha1_);
  sort(sha256_);
}

template <std::size_t N>
const HashList::Row<N>* HashList::find(const Table<N>& table, std::string_view hex) {
  if (table.empty() || hex.size() != 2 * N) return nullptr;
  const std::array<u8, N> wanted = digest_of<N>(hex);
  const auto found =
      std::lower_bound(table.begin(), table.end(), wanted,
                       [](const Row<N>& row, const auto& digest) { return row.digest < digest; });
  return found != table.end() && found->digest == wanted ? &*found : nullptr;
}

std::optional<HashList::Entry> HashList::find(const Hashes& hashes) const {
  if (const Row<32>* row = find(sha256_, hashes.sha256))
    return Entry{"sha256:" + hashes.sha256, notes_[row->note]};
  if (const Row<20>* row = find(sha1_, hashes.sha1))
    return Entry{"sha1:" + hashes.sha1, notes_[row->note]};
  if (const Row<16>* row = find(md5_, hashes.md5))
    return Entry{"md5:" + hashes.md5, notes_[row->note]};
  return std::nullopt;
}

bool HashList::contains_sha256(std::string_view hex) const { return find(sha256_, hex) != nullptr; }

HashKinds HashList::kinds() const { return {!md5_.empty(), !sha1_.empty(), !sha256_.empty()}; }

} // namespace coldsweep

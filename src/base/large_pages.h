// SPDX-License-Identifier: Apache-2.0
// An allocator for vectors that grow to millions of items. Large blocks ask for huge pages, so that
// the first access doesn't cost a page fault every 4 KiB. Without huge pages it works as usual.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <limits>
#include <new>
#include <vector>

#include <sys/mman.h>

namespace coldsweep {

template <typename T> struct LargePages {
  using value_type = T;
  LargePages() = default;
  template <typename U> LargePages(const LargePages<U>&) noexcept {}

  T* allocate(std::size_t count) {
    if (count > std::numeric_limits<std::size_t>::max() / 2 / sizeof(T)) throw std::bad_alloc();
    if (!is_large(count)) return static_cast<T*>(::operator new(count * sizeof(T)));
    const std::size_t bytes = (count * sizeof(T) + kPage - 1) / kPage * kPage;
    void* const block = std::aligned_alloc(kPage, bytes);
    if (block == nullptr) throw std::bad_alloc();
    ::madvise(block, bytes, MADV_HUGEPAGE);
    return static_cast<T*>(block);
  }
  void deallocate(T* block, std::size_t count) noexcept {
    if (is_large(count))
      std::free(block);
    else
      ::operator delete(block);
  }
  bool operator==(const LargePages&) const = default;

private:
  static constexpr std::size_t kPage = std::size_t{2} << 20;
  static constexpr bool is_large(std::size_t count) { return count * sizeof(T) >= 2 * kPage; }
};

template <typename T> using LargeVector = std::vector<T, LargePages<T>>;

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
// What a test puts into a stream: literal bytes, or a pattern of any size. A value; reads from any
// thread.
#pragma once

#include "base/types.h"

#include "ntfs_writer/pattern.h"

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace coldsweep::test {

class Content {
public:
  Content() = default;
  Content(std::string literal) : literal_(std::move(literal)), size_(literal_.size()) {}
  Content(std::string_view literal) : Content(std::string(literal)) {}
  Content(const char* literal) : Content(std::string(literal)) {}
  Content(recipe::Pattern kind, u64 seed, u64 size)
      : is_literal_(false), kind_(kind), seed_(seed), size_(size) {}

  u64 size() const { return size_; }
  void read(u64 offset, MutableBytes into) const;
  std::string bytes() const;
  /// In the form of the image writer's recipe.
  nlohmann::json to_json() const;

private:
  std::string literal_;
  bool is_literal_ = true;
  recipe::Pattern kind_ = recipe::Pattern::zeros;
  u64 seed_ = 0, size_ = 0;
};

/// Bytes that don't compress.
inline Content pattern(u64 size, u64 seed = 1) { return {recipe::Pattern::random, seed, size}; }
/// Lines of text, which compress well.
inline Content text(u64 size, u64 seed = 1) { return {recipe::Pattern::text, seed, size}; }
inline Content zeros(u64 size) { return {recipe::Pattern::zeros, 0, size}; }

struct StoredPart {
  u64 offset = 0;
  Content content;
};

} // namespace coldsweep::test

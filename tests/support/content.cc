// SPDX-License-Identifier: Apache-2.0
#include "support/content.h"

#include "ntfs_writer/base64.h"

#include <cstring>

#include <nlohmann/json.hpp>

namespace coldsweep::test {

void Content::read(u64 offset, MutableBytes into) const {
  if (is_literal_)
    std::memcpy(into.data(), literal_.data() + offset, into.size());
  else
    recipe::fill_pattern(kind_, seed_, offset, into);
}

std::string Content::bytes() const {
  std::string all(size_, '\0');
  read(0, std::as_writable_bytes(std::span(all)));
  return all;
}

nlohmann::json Content::to_json() const {
  if (is_literal_)
    return {{"base64", recipe::to_base64(literal_)}};
  return {{"pattern", recipe::name_of(kind_)}, {"seed", seed_}, {"size", size_}};
}

} // namespace coldsweep::test

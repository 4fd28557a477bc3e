// SPDX-License-Identifier: Apache-2.0
#include "content/member_name.h"

#include "base/text.h"

#include <algorithm>

namespace coldsweep {

std::string member_name(std::string stated) {
  constexpr std::size_t kMost = 4096;
  if (stated.size() > kMost) stated.resize(kMost);
  std::replace(stated.begin(), stated.end(), '\\', '/');
  std::string name = printable(as_utf8(stated));
  for (std::size_t at = 0; (at = name.find("!/", at)) != std::string::npos;)
    name.replace(at, 1, "\\u0021");
  return name;
}

} // namespace coldsweep

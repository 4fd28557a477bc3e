// SPDX-License-Identifier: Apache-2.0
#include "recheck/stated_hashes.h"

#include <fmt/format.h>

namespace coldsweep {

StatedHashes::StatedHashes(const report::FindingRow& finding) {
  const auto add_stated = [&](const char* name, const std::string& digest, HashKind kind) {
    if (!digest.empty()) hashes_.push_back({name, digest, Hasher(kind)});
  };
  add_stated("SHA-256", finding.sha256, HashKind::sha256);
  add_stated("SHA-1", finding.sha1, HashKind::sha1);
  add_stated("MD5", finding.md5, HashKind::md5);
}

void StatedHashes::add(ByteView bytes) {
  for (Stated& stated : hashes_) stated.hasher.add(bytes);
}

std::string StatedHashes::differing() {
  for (Stated& stated : hashes_)
    if (const std::string found = stated.hasher.finish(); found != stated.digest)
      return fmt::format("the {} of its content is {}, not {}", stated.name, found, stated.digest);
  return {};
}

} // namespace coldsweep

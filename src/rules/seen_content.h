// SPDX-License-Identifier: Apache-2.0
// What libyara found in content, for the next stream that holds the same bytes: servers keep the same file in many
// places. Any thread. Private to rules/.
#pragma once

#include "base/guarded.h"
#include "rules/scanner.h"

#include <optional>
#include <string>
#include <unordered_map>

namespace coldsweep {

class SeenContent {
public:
  /// `key`: a digest of the content and of all else that the result follows from. SHA-256, since whoever can make two
  /// contents with one digest could hide the second.
  std::optional<ScanResult> find(const std::string& key) const;
  /// Only what is complete: neither timed out nor failed.
  void keep(const std::string& key, const ScanResult& result);

private:
  struct Kept {
    std::unordered_map<std::string, ScanResult> results;
    std::size_t matches = 0; // in all of them
  };
  Guarded<Kept> kept_;
};

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
// What libyara found in content, kept for the next stream with the same bytes: servers keep the
// same file in many places. Any thread. Private to rules/.
#pragma once

#include "base/guarded.h"
#include "rules/scan_result.h"

#include <optional>
#include <string>
#include <unordered_map>

namespace coldsweep {

class SeenContent {
public:
  /// `key`: a digest of the content and of everything else that the result depends on. SHA-256,
  /// because anyone who can make two contents with one digest could hide the second.
  std::optional<ScanResult> find(const std::string& key) const;
  /// Only for complete results: neither timed out nor failed.
  void keep(const std::string& key, const ScanResult& result);

private:
  struct Kept {
    std::unordered_map<std::string, ScanResult> results;
    u64 bytes = 0; // of all of them, about
  };
  Guarded<Kept> kept_;
};

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
// The files that builds of Exchange shipped, and how to judge a file in one of its web folders (for
// the reasons see src/DESIGN.md). Filled by one thread, then read by any.
#pragma once

#include "hash_sets/hash_list.h"
#include "model/outcome.h"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace coldsweep {

/// Where the web applications of Exchange are on a volume: paths as in the manifest, in lower case,
/// with a slash at the end. In any installation its web folders are FrontEnd/HttpProxy and
/// ClientAccess.
struct WebFolders {
  std::unordered_set<std::string> exchange; ///< `/program files/microsoft/exchange server/v15/`
  /// Then pages in IIS's aspnet_client folder are unknown files too.
  bool exchange_on_image = false;
};

struct WebFile {
  std::string_view path;
  std::string_view sha256; ///< empty if the content could not be read whole
  bool deleted = false;
};

class ShippedFiles {
public:
  void add(std::string_view sha256, std::string_view path, std::string_view last_build);
  void finish() { hashes_.finish(); }
  bool empty() const { return hashes_.size() == 0; }

  /// `unknown_in_web_root` for a file that no build shipped: neither this content nor a file of
  /// this name. `foreign_content` for a page or script with a shipped name, but content that no
  /// build shipped. Absent if the file is not in a web folder, was shipped, or can't be judged.
  std::optional<HashSetHit> judge(const WebFile& file, const WebFolders& folders) const;

private:
  HashList hashes_;
  std::unordered_set<std::string> names_; ///< relative paths in lower case, without version numbers
  std::string newest_build_;
};

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
// The table of places and points (yara-rules/places.toml, or the file given with `--places`) as
// plain values. Made once, then read by any thread.
#pragma once

#include "base/types.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace coldsweep {

/// A path pattern, split at its slashes, in lower case.
using PathPattern = std::vector<std::string>;

/// Everything that a row states must hold. Empty members state nothing.
struct PlaceRow {
  std::string name; ///< `web_root` and the like; several rows may share one
  int points = 0;
  std::string what;
  std::vector<PathPattern> paths;
  std::vector<std::string> extensions; ///< lower case, with the dot; empty: none
  std::vector<std::string> contains;   ///< lower case
  u64 at_least = 0;                    ///< of `contains`
  bool text = false;
  bool served = false; ///< a web server serves files from there
};

struct LookAlike {
  std::vector<std::string> names; ///< patterns of one name, lower case
  std::string of;
};

struct PlaceTable {
  struct Reasons {
    int no_score = 0, known_bad = 0, unknown_in_web_root = 0, foreign_content = 0, known = 0,
        deleted = 0, slack = 0, strings_only = 0, mismatch = 0, look_alike = 0, random_name = 0,
        near = 0;
  };
  struct Near {
    u64 minutes = 0;
    int from = 0, beside = 0;
    u64 most = 0;
  };

  std::string sha256; ///< of the file
  Reasons reasons;
  Near near;
  std::map<std::string, int> anomalies; ///< name -> its own points
  std::vector<PlaceRow> places;         ///< the first that matches applies
  std::vector<LookAlike> look_alikes;

  /// The built-in table, or the one in `file`. Throws UsageError with file, line and what was
  /// expected.
  static PlaceTable load(const std::optional<std::filesystem::path>& file);
  static PlaceTable parse(std::string_view toml, const std::string& name);
};

/// `a/b` -> {"a", "b"}. A leading slash is ignored.
PathPattern cut_path(std::string_view path);

/// Matches a path, split like the pattern: `**` is any number of folders (or none), `*` any part of
/// a name, `?` any byte of a name.
bool path_fits(const PathPattern& pattern, const PathPattern& path);
bool name_fits(std::string_view pattern, std::string_view name);

} // namespace coldsweep

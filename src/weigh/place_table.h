// SPDX-License-Identifier: Apache-2.0
// The table of places and points (yara-rules/places.toml, or what `--places` names) as plain values. Made once, then
// read by any thread.
#pragma once

#include "base/types.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace coldsweep {

/// A pattern of paths, cut at its slashes; in lower case.
using PathPattern = std::vector<std::string>;

/// All that a row states must hold; what it leaves empty states nothing.
struct PlaceRow {
  std::string name; ///< `web_root` and the like; several rows may share one
  int points = 0;
  std::string what;
  std::vector<PathPattern> paths;
  std::vector<std::string> extensions; ///< lower case, with the dot; empty: none
  std::vector<std::string> contains;   ///< lower case
  u64 at_least = 0;                    ///< of `contains`
  bool text = false;
  bool served = false; ///< a web server runs what lies there
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
  std::map<std::string, int> anomalies; ///< name -> points it begins with
  std::vector<PlaceRow> places;         ///< the first that fits decides
  std::vector<LookAlike> look_alikes;

  /// The built-in table, or that of a file. Throws UsageError naming file, line and what was expected.
  static PlaceTable load(const std::optional<std::filesystem::path>& file);
  static PlaceTable parse(std::string_view toml, const std::string& name);
};

/// `a/b` -> {"a", "b"}; a slash at the beginning counts for nothing.
PathPattern cut_path(std::string_view path);

/// A path as PathPattern has it: `**` is any number of folders, none too, `*` any part of a name, `?` any byte of it.
bool path_fits(const PathPattern& pattern, const PathPattern& path);
bool name_fits(std::string_view pattern, std::string_view name);

} // namespace coldsweep

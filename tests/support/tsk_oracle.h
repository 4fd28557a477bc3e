// SPDX-License-Identifier: Apache-2.0
// What The Sleuth Kit's fls, istat and icat say about an NTFS volume: the second opinion in tests.
// Any thread.
#pragma once

#include "base/types.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace coldsweep::test {

/// One line of an oracle: a $DATA stream under one of its names.
struct OracleStream {
  u64 volume_offset = 0;
  std::string path; ///< with a leading `/`, as fls prints it
  std::string stream;
  u64 record = 0;
  u16 attribute_id = 0;
  u64 size = 0; ///< what icat printed
  bool allocated = true;
  std::string sha256, md5;
};

/// A $DATA attribute as istat describes it.
struct TskAttribute {
  u16 id = 0;
  std::string name; ///< empty for the main stream
  bool resident = false, compressed = false, sparse = false;
  u64 size = 0, initialized = 0;
  std::vector<u64> clusters; ///< 0 for one that isn't stored
  /// The number of stored runs. Runs that touch count as one.
  u64 runs() const;
};

class Tsk {
public:
  explicit Tsk(std::filesystem::path image, u64 volume_offset = 0);
  static bool available();

  /// Every $DATA stream that `fls -r -p` lists, read with icat.
  std::vector<OracleStream> streams() const;
  std::vector<TskAttribute> attributes(u64 record) const;
  /// The $DATA attribute of that name; absent if istat shows none.
  std::optional<TskAttribute> attribute(u64 record, const std::string& name) const;
  /// What icat prints; absent if it fails. With an attribute list ids repeat, and icat takes the
  /// first: then pass the record that holds the attribute.
  enum class Recover : u8 { no, yes }; ///< `icat -r`: recovers deleted files
  std::optional<std::string> read(u64 record, u16 attribute_id,
                                  Recover recover = Recover::no) const;
  /// The whole text of istat.
  std::string describe(u64 record) const;

private:
  std::vector<std::string> command(const char* tool) const;
  std::filesystem::path image_;
  u64 volume_offset_;
};

/// Reads an oracle file: one JSON line per stream. The keys are OracleStream's fields.
std::vector<OracleStream> load_oracle(const std::filesystem::path& path);

} // namespace coldsweep::test

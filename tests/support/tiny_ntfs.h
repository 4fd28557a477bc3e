// SPDX-License-Identifier: Apache-2.0
// Writes NTFS volumes record by record, with attributes that no driver would write: for tests of
// what a hostile volume can claim. There is $MFT and what the test adds, nothing else.
//
//   TinyNtfs volume({.records = 64});
//   volume.record(30, {file_name_attribute(5, utf16_of("a.txt")),
//                      resident_attribute(0x80, 2, {}, "content")});
//   run_sweep(std::make_shared<MemorySource>(volume.bytes()), kEveryStream);
#pragma once

#include "base/types.h"

#include <string>
#include <string_view>
#include <vector>

namespace coldsweep::test {

constexpr u64 kTinyRecord = 1024; ///< bytes of an MFT record

/// UTF-16LE of ASCII text.
std::string utf16_of(std::string_view ascii);

/// An attribute whose value stands in the record. `name` is UTF-16LE.
std::string resident_attribute(u32 type, u16 id, std::string_view name, std::string_view value);

/// One run of clusters; without `cluster`, a hole.
struct TinyRun {
  u64 length = 0;
  i64 cluster = -1;
};
/// A run list, as it is stored.
std::string run_list(const std::vector<TinyRun>& runs);

struct StoredAttribute {
  u32 type = 0x80;
  u16 id = 0;
  std::string name{}; ///< UTF-16LE
  std::string runs{};
  u64 size = 0;
  u16 flags = 0;
  u16 compression_exponent = 0;
};
std::string stored_attribute(const StoredAttribute& attribute);

/// `parent` is a record with sequence number 1. `name` is UTF-16LE.
std::string file_name_attribute(u64 parent, std::string_view name);

/// An entry of an attribute list: an attribute in a record with sequence number 1.
std::string list_entry(u32 type, u16 id, u64 record);

class TinyNtfs {
public:
  struct Options {
    u64 clusters = 4096;
    u32 cluster = 4096;
    u64 records = 64; ///< of $MFT, which begins at cluster 4
  };
  explicit TinyNtfs(Options options);

  static constexpr u16 kInUse = 1, kFolder = 2;
  struct Kind {
    u16 flags = kInUse;
    u64 base = 0; ///< the record that it extends
  };
  /// Writes a record with sequence number 1. Throws Error if the attributes don't fit.
  void record(u64 number, const std::vector<std::string>& attributes, const Kind& kind);
  void record(u64 number, const std::vector<std::string>& attributes) {
    record(number, attributes, Kind{});
  }
  void put(u64 cluster, std::string_view bytes);
  /// The first cluster behind $MFT.
  u64 free_cluster() const;

  const std::string& bytes() const { return bytes_; }

private:
  Options options_;
  std::string bytes_;
};

} // namespace coldsweep::test

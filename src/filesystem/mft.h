// SPDX-License-Identifier: Apache-2.0
// The Master File Table as a sequence of records: found through the boot sector or through
// $MFTMirr, and walked in order.
#pragma once

#include "filesystem/extents.h"
#include "filesystem/mft_record.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace coldsweep {

class Mft {
public:
  /// Finds all of $MFT, through its attribute list if it has one. Throws FormatError or ReadError
  /// if neither record 0 nor its copy in $MFTMirr says where $MFT is.
  static Mft open(const ByteSource& volume, const NtfsGeometry& geometry);

  /// For a volume where neither can be used. It has no records until recover() finds some.
  static Mft lost(const ByteSource& volume, const NtfsGeometry& geometry, std::string why);

  /// Searches the whole volume for records outside the known part of $MFT and adds those that are
  /// this volume's (attribute_records()). problems() then says how many.
  void recover();
  /// Whether some of $MFT has no known place, so that there may be records elsewhere.
  bool lacks_records() const;
  /// Whether there is no record at all.
  bool empty() const { return record_count_ == 0 && recovered_.empty(); }
  bool is_recovered(u64 record) const { return recovered_.contains(record); }

  u64 record_count() const { return record_count_; }
  /// Records from this number on lie past the initialized size of $MFT: what they hold is left over
  /// from before, and mostly no record.
  u64 initialized_records() const { return initialized_records_; }
  /// What was wrong with $MFT itself. The walk goes on with what there is.
  const std::vector<std::string>& problems() const { return problems_; }

  /// Where bytes of a record are in the volume. Stream offsets of the result start at 0 for
  /// `offset`.
  std::vector<Extent> place(u64 record, u64 offset, u64 length) const;

  /// Reads one record. Throws ReadError if any of it is unreadable.
  std::vector<std::byte> read(u64 record) const;

  /// A record that could be read.
  struct Walked {
    u64 number = 0;
    MutableBytes bytes;              ///< the update sequence is undone
    std::optional<MftRecord> record; ///< absent if it was never used or is not valid
    std::string problem;             ///< why it is not valid
    std::vector<Extent> unused;      ///< where its bytes past the used ones are
  };
  struct Visitor {
    std::function<void(Walked&)> record;
    std::function<void(u64 first, u64 count, const std::string& why)> unreadable;
  };
  /// Visits every record in order, then the recovered ones. Records in long holes of $MFT, which
  /// were never used, are left out. `ahead`: another thread reads and
  /// parses the next records meanwhile.
  void walk(const Visitor& visitor, bool ahead) const;

private:
  Mft(const ByteSource& volume, const NtfsGeometry& geometry)
      : volume_(&volume), geometry_(geometry) {}
  struct Step;
  Walked walked(u64 number, MutableBytes bytes) const;
  Step read_step(u64 first, Step&& spare) const;
  bool holds(u64 record) const;
  void find_extents(MutableBytes record_zero);
  bool append(const AttributeRuns& runs, u64 length);
  struct Records {
    u64 first = 0, end = 0;
  };
  u64 skip_unstored(u64 first, std::vector<Records>& lost) const;
  void report_lost(const std::vector<Records>& lost, const Visitor& visitor) const;
  void add_listed_runs(const MftRecord& zero, std::vector<AttributeRuns>& run_lists, u64 length);

  const ByteSource* volume_;
  NtfsGeometry geometry_;
  std::vector<Extent> extents_;
  u64 record_count_ = 0, initialized_records_ = 0;
  std::map<u64, u64> recovered_; ///< record -> its offset in the volume
  std::vector<std::string> problems_;
};

/// The unnamed attribute of that type, from the attributes of one record.
const Attribute* find_attribute(const MftRecord& record, AttributeType type);

/// The whole value of an attribute, resident or not, whose run list is in one record; at most
/// `limit` bytes.
std::vector<std::byte> read_attribute(const ByteSource& volume, const NtfsGeometry& geometry,
                                      const Attribute& attribute, u64 limit);

} // namespace coldsweep

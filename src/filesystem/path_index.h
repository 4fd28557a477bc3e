// SPDX-License-Identifier: Apache-2.0
// MFT record -> paths, from the $FILE_NAME attributes alone: no folder's index is read. Built by one thread, then
// read by any.
#pragma once

#include "base/large_pages.h"
#include "filesystem/mft_record.h"
#include "model/outcome.h"

#include <string>
#include <unordered_map>
#include <vector>

namespace coldsweep {

/// One $FILE_NAME. Names of the DOS namespace are kept only where there is no other.
struct FileName {
  FileReference parent;
  std::string name; ///< UTF-8, escaped where it is not valid UTF-16
  Times times;
  u8 name_space = 0; ///< 0 POSIX, 1 Win32, 2 DOS, 3 Win32 and DOS
};

/// As decode_utf16_name, with `/` as `\u002f`: NTFS forbids it, and a damaged or hostile name must not look like a folder.
std::string decode_file_name(ByteView utf16le);

/// Parses the value of a $FILE_NAME attribute; absent when it can't be one.
std::optional<FileName> parse_file_name(ByteView value);

/// How a path was found, where folders in use did not give all of it.
inline constexpr std::string_view kDeletedFolders = "deleted_folders";
inline constexpr std::string_view kOrphan = "orphan";
/// Where the name itself comes from, where the record has none.
inline constexpr std::string_view kIndexSlack = "index_slack";
inline constexpr std::string_view kChangeJournal = "change_journal";
inline constexpr std::string_view kLogFile = "log_file";

struct PathAndTimes {
  std::string path;
  std::optional<Times> times;
  std::string_view source{}; ///< empty, or one of the above
};

class PathIndex {
public:
  static constexpr u64 kRootRecord = 5;
  static constexpr u64 kFirstUserRecord = 24; ///< those before are NTFS's own, or kept for it

  /// Room for so many records; more may be added.
  void reserve(u64 records) {
    entries_.reserve(records);
    names_.reserve(records);
  }

  /// Records are added in any order, each once.
  void add(u64 record, u16 sequence, bool in_use, std::vector<FileName> names);

  /// Gives a record without a name one that was found elsewhere, if it was of this record as it is, or was when deleted.
  /// `source` is one of the above. False where it has a name, or the reference is to another file.
  bool add_lost_name(const FileReference& file, FileName name, std::string_view source);
  /// Whether any record of a user has no name.
  bool any_nameless() const { return nameless_ > 0; }

  /// Every path of a record, in the order of its names; never empty. What hangs on no folder any more stands below
  /// `/$OrphanFiles`; what has no name is `OrphanFile-RECORD`, as The Sleuth Kit calls it.
  std::vector<PathAndTimes> paths(u64 record) const;

  /// The first name of the DOS namespace, where there are others.
  std::optional<std::string> short_name(u64 record) const;

  /// Whether a record in use hangs in the root folder by that name (ASCII letters of any case).
  bool root_holds(std::string_view lower_case_name) const;

  /// Every path whose last part is that name (ASCII letters of any case), in the order of records.
  std::vector<std::string> paths_named(std::string_view lower_case_name) const;

private:
  struct Entry {
    u32 first_name = 0;
    u16 sequence = 0;
    u16 name_count = 0;
    bool known = false;
    bool in_use = false;
  };
  const Entry* entry(u64 record) const;
  /// Whether the reference is to the file that the record is of, or was of before it was deleted.
  static bool is_meant(const Entry& entry, const FileReference& reference);
  /// The folder that a name hangs in, if that record is still, or was when deleted, the one the name means.
  bool hangs_in(const FileReference& parent) const;
  struct FolderPath {
    std::string path;
    std::string_view source;
  };
  FolderPath folder_path(const FileReference& parent) const;

  LargeVector<Entry> entries_; ///< by record
  LargeVector<FileName> names_;
  std::unordered_map<u64, std::string> short_names_;     ///< by record
  std::unordered_map<u64, std::string_view> lost_names_; ///< record -> where its name comes from
  u64 nameless_ = 0;
};

} // namespace coldsweep

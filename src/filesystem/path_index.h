// SPDX-License-Identifier: Apache-2.0
// MFT record -> paths, from the $FILE_NAME attributes alone: no folder's index is read. Built by
// one thread, then read by any.
#pragma once

#include "base/large_pages.h"
#include "filesystem/mft_record.h"
#include "model/outcome.h"

#include <string>
#include <unordered_map>
#include <vector>

namespace coldsweep {

/// One $FILE_NAME. Names of the DOS namespace are kept only if there is no other.
struct FileName {
  FileReference parent;
  std::string name; ///< UTF-8, escaped where it is not valid UTF-16
  Times times;
  u8 name_space = 0; ///< 0 POSIX, 1 Win32, 2 DOS, 3 Win32 and DOS
};

/// Like decode_utf16_name(), but `/` becomes `\u002f`: NTFS forbids it, and a damaged or hostile
/// name must not look like a path.
std::string decode_file_name(ByteView utf16le);

/// Parses the value of a $FILE_NAME attribute; absent if it can't be one.
std::optional<FileName> parse_file_name(ByteView value);

/// How a path was found if not all of its folders are in use, or if it has more than NTFS allows.
inline constexpr std::string_view kDeletedFolders = "deleted_folders";
inline constexpr std::string_view kOrphan = "orphan";
inline constexpr std::string_view kTooDeep = "too_deep";
/// Where a name was found if the record has none.
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
  static constexpr u64 kFirstUserRecord = 24; ///< NTFS uses or reserves the records before it

  /// Reserves room for `records`; more may be added.
  void reserve(u64 records) {
    entries_.reserve(records);
    names_.reserve(records);
  }

  /// Windows permits 1,023 hard links in addition to the first name.
  static constexpr std::size_t kMostNames = 1024;
  /// Of a path, in UTF-16 units, as Windows limits it ("Maximum Path Length Limitation"). Here it
  /// begins at the root of the volume.
  static constexpr u64 kMostPathUnits = 32'767;
  /// Of a path that would be longer, the last folders are shown, up to this length: its records
  /// may be thousands, and no reader needs more.
  static constexpr u64 kCutPathUnits = 4096;
  /// Of all paths of a record together. Further names are left out.
  static constexpr u64 kMostUnitsOfRecord = 1 << 20;

  /// Records are added in any order, each once. Returns how many names are past the most and left
  /// out.
  u64 add(u64 record, u16 sequence, bool in_use, std::vector<FileName> names);

  /// Gives a nameless record a name that was found elsewhere, if the name belongs to the record's
  /// file, or to the one it held before it was deleted. `source` is one of the above. Returns false
  /// if the record has a name or the reference is to another file.
  bool add_lost_name(const FileReference& file, FileName name, std::string_view source);
  /// Whether add_lost_name() would take a name for that file.
  bool lacks_name(const FileReference& file) const;
  /// Whether any record other than NTFS's own has no name.
  bool any_nameless() const { return nameless_ > 0; }

  /// Every path of a record, in the order of its names; never empty. Files without a folder appear
  /// below `/$OrphanFiles`, those in too many folders below `/$TooDeep`. Those without a name are
  /// `OrphanFile-RECORD`, as in The Sleuth Kit.
  std::vector<PathAndTimes> paths(u64 record) const;

  /// What the limits above leave out of paths.
  struct LongPaths {
    u64 cut = 0;          ///< names below `/$TooDeep`
    u64 first_cut = 0;    ///< the first record with one
    u64 files_listed = 0; ///< files of which not all paths are listed
    u64 first_listed = 0;
  };
  /// Linear in the number of names.
  LongPaths long_paths() const;

  /// The first DOS name, if there are other names.
  std::optional<std::string> short_name(u64 record) const;

  /// Whether the root folder holds a file or folder in use with that name, ignoring ASCII case.
  bool root_holds(std::string_view lower_case_name) const;

  struct FoundPaths {
    std::vector<std::string> paths;
    u64 left_out = 0;
  };
  /// The paths that end in these two names, ignoring ASCII case, in the order of records; `most` of
  /// them.
  FoundPaths paths_ending(std::string_view lower_case_folder, std::string_view lower_case_name,
                          std::size_t most) const;

private:
  struct Entry {
    u32 first_name = 0;
    u16 sequence = 0;
    u16 name_count = 0;
    bool known = false;
    bool in_use = false;
  };
  const Entry* entry(u64 record) const;
  /// Whether the reference is to the record's file, or to the one it held before it was deleted.
  static bool is_meant(const Entry& entry, const FileReference& reference);
  /// Whether the parent's record still is, or was until it was deleted, the folder that is meant.
  bool hangs_in(const FileReference& parent) const;
  struct FolderPath {
    std::string path;
    std::string_view source;
  };
  /// Of the folders above a name of that many units.
  FolderPath folder_path(const FileReference& parent, u64 name_units) const;
  static void cut(std::vector<const std::string*>& folders, u64 name_units);

  LargeVector<Entry> entries_; ///< by record
  LargeVector<FileName> names_;
  std::unordered_map<u64, std::string> short_names_;     ///< by record
  std::unordered_map<u64, std::string_view> lost_names_; ///< record -> where its name comes from
  u64 nameless_ = 0;
};

} // namespace coldsweep

// SPDX-License-Identifier: GPL-2.0-or-later
// An NTFS volume in a file, opened for writing in this process with libntfs-3g: no mount, no root.
// One thread. Paths are lists of UTF-16 names; missing folders on the way are created.
#pragma once

#include "content.h"

#include <memory>
#include <optional>

namespace ntfs_writer {

using Path = std::vector<Name>;

struct StreamOptions {
  bool compressed = false;
  std::uint64_t fragments = 1; ///< of equal length, apart from the last
};

/// What the volume reports about a stream after it is written.
struct StreamFacts {
  std::uint64_t size = 0, initialized = 0, stored = 0, runs = 0;
  std::uint64_t holder =
      0; ///< MFT record where the attribute begins; an attribute list can move it to another
  std::uint16_t attribute = 0; ///< id
  bool resident = false, compressed = false, sparse = false;
};

struct Part {
  std::uint64_t offset = 0;
  Content content;
};

struct RecordState {
  std::uint16_t sequence = 0;
  bool in_use = false;
};

class Volume {
public:
  explicit Volume(const std::string& image);
  ~Volume();
  Volume(Volume&&) noexcept;
  /// Unmounts; throws if something could not be written.
  void close();

  /// Each returns the MFT record. A stream without a name is the main one.
  std::uint64_t folder(const Path& path);
  std::uint64_t file(const Path& path);
  std::uint64_t find(const Path& path);

  void write(std::uint64_t record, const Name& stream, const Content& content,
             const StreamOptions& options);
  void append(std::uint64_t record, const Name& stream, const Content& content);
  void write_sparse(std::uint64_t record, const Name& stream, std::uint64_t size,
                    const std::vector<Part>& parts);
  /// Makes everything past `size` read as zeros, while its clusters keep their content.
  void set_initialized(std::uint64_t record, const Name& stream, std::uint64_t size);
  /// A file that takes all free clusters except `leave` bytes of them.
  std::uint64_t fill(const Path& path, std::uint64_t leave);

  void hard_link(std::uint64_t record, const Path& path);
  void remove(const Path& path);
  /// Removes the name from its folder, and from the record too if `stripped`.
  void remove_name(const Path& path, bool stripped);
  void set_dos_name(const Path& path, const std::string& name);
  struct Times {
    std::uint64_t created, modified, mft_modified, accessed;
  };
  void set_times(std::uint64_t record, const Times& times);
  void set_reparse_point(std::uint64_t record, std::uint32_t tag, std::string_view data);
  void set_extended_attributes(std::uint64_t record, std::string_view data);

  StreamFacts facts(std::uint64_t record, const Name& stream) const;
  RecordState state(std::uint64_t record) const;

private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

} // namespace ntfs_writer

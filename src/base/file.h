// SPDX-License-Identifier: Apache-2.0
// Files by descriptor: positional reads and writes that finish or throw, creation that never
// overwrites, atomic replacement. Errors are `Error` (`ReadError` for reads) with path and reason.
// Any thread may read from a File.
#pragma once

#include "base/types.h"

#include <filesystem>
#include <string>

namespace coldsweep {

/// Modes of new files, which the user's umask restricts further: evidence is for its owner.
inline constexpr unsigned kPublicFile = 0644, kPrivateFile = 0600;

class File {
public:
  File() = default;
  ~File();
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  /// Opens an existing file, or a block device, for reading only. Never waits; anything else (a
  /// pipe, a folder) is refused.
  static File open(const std::filesystem::path& path);
  /// Creates a file for writing and reading; fails if one exists.
  static File create(const std::filesystem::path& path, unsigned mode = kPublicFile);
  /// Takes over an open descriptor, and throws for errno if it is negative. `path` is for messages.
  static File of_descriptor(int descriptor, const std::filesystem::path& path);
  /// A file in `directory` that has no name and disappears with this object.
  static File unnamed(const std::filesystem::path& directory);
  /// A file that exists only in memory; libraries that want a path get `reopen_path()`.
  static File in_memory();

  /// Fills `into` from `offset`. Throws ReadError naming the first byte that could not be read.
  void read(u64 offset, MutableBytes into) const;
  void write(u64 offset, ByteView bytes);
  void append(ByteView bytes);
  /// Sets the size; new bytes are zero and take no space.
  void resize(u64 size);
  /// Flushes what was written to the storage device.
  void sync();

  u64 size() const;
  int descriptor() const { return descriptor_; }
  /// A path that opens this same file again, even if it was renamed or deleted. Valid within this
  /// process while this object lives.
  std::string reopen_path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }
  const std::filesystem::path& path() const { return path_; }

private:
  File(int descriptor, std::filesystem::path path);
  int descriptor_ = -1;
  std::filesystem::path path_;
};

/// The whole file. Throws Error when it is longer than `limit` bytes.
std::string read_text(const std::filesystem::path& path, u64 limit = 1_GiB);

/// Whether the path is a regular file, not a link to one.
bool is_plain_file(const std::filesystem::path& path);

/// Why nothing can be created in that folder, or that it is none; empty if something can.
std::string why_not_writable(const std::filesystem::path& folder);
/// The same for a folder that may be yet to be made, with those above it.
std::string why_not_creatable(const std::filesystem::path& folder);

/// Writes the file atomically: it is there in full or not at all. Replaces an existing file.
/// Durable on return. Only its owner may read it. Throws Error.
void replace_file(const std::filesystem::path& path, ByteView bytes);

/// Gives a file its final name, in the same folder. Throws Error if anything has that name.
void rename_new(const std::filesystem::path& from, const std::filesystem::path& to);

/// Makes the renames and creations within a directory durable.
void sync_directory(const std::filesystem::path& directory);

/// The message for an errno value.
std::string errno_text(int error_number);

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
// Files by descriptor: positional reads and writes that finish or throw, and creation that can be trusted.
// Errors are `Error` (or `ReadError` for reads) with path and reason. A File may be read from any thread.
#pragma once

#include "base/types.h"

#include <filesystem>
#include <string>

namespace coldsweep {

class File {
public:
  File() = default;
  ~File();
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  /// Opens an existing file for reading only.
  static File open(const std::filesystem::path& path);
  /// Creates a file for writing and reading; fails where one exists.
  static File create(const std::filesystem::path& path, unsigned mode = 0644);
  /// A file in `directory` that has no name and vanishes with this object.
  static File unnamed(const std::filesystem::path& directory);
  /// A file that stands nowhere but in memory; libraries that want a path get `reopen_path()`.
  static File in_memory();

  /// Fills `into` from `offset`. Throws ReadError naming the first byte that could not be read.
  void read(u64 offset, MutableBytes into) const;
  void write(u64 offset, ByteView bytes);
  void append(ByteView bytes);
  /// Sets the size; new bytes are zero and take no space.
  void resize(u64 size);
  /// Makes what was written durable.
  void sync();

  u64 size() const;
  int descriptor() const { return descriptor_; }
  /// Opens the very same file anew, whatever became of its name; valid within this process while this object lives.
  std::string reopen_path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }
  const std::filesystem::path& path() const { return path_; }

private:
  File(int descriptor, std::filesystem::path path);
  int descriptor_ = -1;
  std::filesystem::path path_;
};

/// The whole file. Throws Error when it is longer than `limit` bytes.
std::string read_text(const std::filesystem::path& path, u64 limit = 1_GiB);

/// Whether a file stands there, and no link to one.
bool is_plain_file(const std::filesystem::path& path);

/// Writes a file that is there whole or not at all; replaces one of that name. Durable when it returns. Throws Error.
void replace_file(const std::filesystem::path& path, ByteView bytes);

/// Makes the renames and creations within a directory durable.
void sync_directory(const std::filesystem::path& directory);

/// What errno says, in words.
std::string errno_text(int error_number);

} // namespace coldsweep

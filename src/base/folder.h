// SPDX-License-Identifier: Apache-2.0
// A folder by descriptor. What is created in it stays in it, even if someone replaces the folder,
// or plants a link in it: links are never followed. Errors are `Error` with path and reason. Any
// thread.
#pragma once

#include "base/file.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace coldsweep {

class Folder {
public:
  /// An existing folder. The path itself may lead through links.
  explicit Folder(const std::filesystem::path& path);

  /// The folder of that name, made if there is none.
  Folder make(const std::string& name, unsigned mode) const;
  /// A new file for writing and reading; fails if there is anything of that name.
  File create(const std::string& name, unsigned mode) const;
  /// The regular file of that name; absent if there is none, or something else.
  std::optional<File> open_plain(const std::string& name) const;
  /// Gives a file here a name in another folder, in place of what has that name.
  void rename_to(const std::string& name, const Folder& to, const std::string& new_name) const;
  /// Removes a file, if there is one. Never fails: what can't be removed stays.
  void remove(const std::string& name) const noexcept;
  std::vector<std::string> names() const;
  /// Makes everything on the file system of this folder durable.
  void sync_all() const;

private:
  explicit Folder(File file) : file_(std::move(file)) {}
  File file_; ///< for its descriptor and path
};

} // namespace coldsweep

// SPDX-License-Identifier: GPL-2.0-or-later
// libntfs-3g's headers, the system headers that they rely on, and owners for the handles that it
// returns.
#pragma once

#include "content.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <memory>
#include <string>

#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

extern "C" {
#include <ntfs-3g/attrib.h>
#include <ntfs-3g/bitmap.h>
#include <ntfs-3g/dir.h>
#include <ntfs-3g/ea.h>
#include <ntfs-3g/index.h>
#include <ntfs-3g/inode.h>
#include <ntfs-3g/logging.h>
#include <ntfs-3g/mft.h>
#include <ntfs-3g/reparse.h>
#include <ntfs-3g/volume.h>
}

// param.h and support.h define these.
#undef min
#undef max

namespace ntfs_writer {

[[noreturn]] inline void fail(const std::string& what) {
  throw RecipeError(what + ": " + std::strerror(errno));
}

struct InodeCloser {
  void operator()(ntfs_inode* inode) const { ntfs_inode_close(inode); }
};
using Inode = std::unique_ptr<ntfs_inode, InodeCloser>;

struct AttributeCloser {
  void operator()(ntfs_attr* attribute) const { ntfs_attr_close(attribute); }
};
using Attribute = std::unique_ptr<ntfs_attr, AttributeCloser>;

struct SearchCloser {
  void operator()(ntfs_attr_search_ctx* search) const { ntfs_attr_put_search_ctx(search); }
};
using Search = std::unique_ptr<ntfs_attr_search_ctx, SearchCloser>;

/// libntfs-3g takes names as writable arrays and copies them.
inline ntfschar* units(const Name& name) {
  return name.empty() ? AT_UNNAMED : const_cast<ntfschar*>(name.data());
}
inline std::uint8_t length(const Name& name) { return static_cast<std::uint8_t>(name.size()); }

} // namespace ntfs_writer

// SPDX-License-Identifier: GPL-2.0-or-later
// Writing the $DATA attributes of an open inode. One thread.
#pragma once

#include "libntfs.h"
#include "volume.h"

namespace ntfs_writer {

Attribute open_stream(ntfs_inode* inode, const Name& name);
/// Opens an empty stream, and adds it first if it has a name.
Attribute create_stream(ntfs_inode* inode, const Name& name, bool compressed);

void write_at(ntfs_attr* attribute, std::uint64_t offset, const Content& content);
/// Writes so that the stream ends up in `fragments` runs that don't touch.
void write_fragments(ntfs_attr* attribute, const Content& content, std::uint64_t fragments);
void cut_initialized(ntfs_inode* inode, const Name& name, std::uint64_t size);
StreamFacts facts_of(ntfs_inode* inode, const Name& name);

} // namespace ntfs_writer

// SPDX-License-Identifier: GPL-2.0-or-later
#include "volume.h"

#include "libntfs.h"
#include "stream.h"

namespace ntfs_writer {
namespace {

constexpr std::uint64_t kNone = ~std::uint64_t{0};
constexpr std::uint64_t kRecordMask = 0x0000FFFFFFFFFFFFu;

} // namespace

struct Volume::Handle {
  ntfs_volume* volume = nullptr;

  ~Handle() {
    if (volume) ntfs_umount(volume, FALSE);
  }

  Inode open(std::uint64_t record) const {
    Inode inode(ntfs_inode_open(volume, record));
    if (!inode) fail("record " + std::to_string(record) + " can't be opened");
    return inode;
  }

  std::uint64_t lookup(ntfs_inode* folder, const Name& name) const {
    const std::uint64_t reference =
        ntfs_inode_lookup_by_name(folder, name.data(), static_cast<int>(name.size()));
    return reference == kNone ? kNone : reference & kRecordMask;
  }

  std::uint64_t create(std::uint64_t parent, const Name& name, mode_t type) const {
    Inode folder = open(parent);
    Inode made(ntfs_create(folder.get(), 0, name.data(), length(name), type));
    if (!made) fail("can't be created");
    const std::uint64_t record = made->mft_no;
    folder.reset(); // now, so that the next lookup finds the new name in the index
    return record;
  }

  std::uint64_t walk(std::uint64_t parent, const Name& name, mode_t missing) const {
    const std::uint64_t there = lookup(open(parent).get(), name);
    if (there != kNone) return there;
    if (missing == 0) throw RecipeError("no such file or folder in the image");
    return create(parent, name, missing);
  }

  /// The folder that holds the last name of `path`.
  std::uint64_t parent_of(const Path& path) const {
    if (path.empty()) throw RecipeError("the root folder can't be meant here");
    std::uint64_t record = FILE_root;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) record = walk(record, path[i], S_IFDIR);
    return record;
  }
};

Volume::Volume(const std::string& image) : handle_(std::make_unique<Handle>()) {
  ntfs_log_set_levels(NTFS_LOG_LEVEL_ERROR | NTFS_LOG_LEVEL_PERROR | NTFS_LOG_LEVEL_CRITICAL);
  ntfs_log_set_handler(ntfs_log_handler_stderr);
  handle_->volume = ntfs_mount(image.c_str(), 0);
  if (!handle_->volume) fail(image + " can't be opened as NTFS");
  NVolSetCompression(handle_->volume);
}
Volume::~Volume() = default;
Volume::Volume(Volume&&) noexcept = default;

void Volume::close() {
  ntfs_volume* const volume = handle_->volume;
  handle_->volume = nullptr;
  if (ntfs_umount(volume, FALSE) != 0) fail("the volume can't be closed");
}

std::uint64_t Volume::folder(const Path& path) {
  if (path.empty()) return FILE_root;
  return handle_->walk(handle_->parent_of(path), path.back(), S_IFDIR);
}

std::uint64_t Volume::file(const Path& path) {
  const std::uint64_t parent = handle_->parent_of(path);
  if (handle_->lookup(handle_->open(parent).get(), path.back()) != kNone)
    throw RecipeError("there is a file of that name");
  return handle_->create(parent, path.back(), S_IFREG);
}

std::uint64_t Volume::find(const Path& path) {
  if (path.empty()) return FILE_root;
  return handle_->walk(handle_->parent_of(path), path.back(), 0);
}

void Volume::write(std::uint64_t record, const Name& stream, const Content& content,
                   const StreamOptions& options) {
  const Inode inode = handle_->open(record);
  const Attribute attribute = create_stream(inode.get(), stream, options.compressed);
  if (options.fragments > 1)
    write_fragments(attribute.get(), content, options.fragments);
  else
    write_at(attribute.get(), 0, content);
}

void Volume::append(std::uint64_t record, const Name& stream, const Content& content) {
  const Inode inode = handle_->open(record);
  const Attribute attribute = open_stream(inode.get(), stream);
  write_at(attribute.get(), static_cast<std::uint64_t>(attribute->data_size), content);
}

void Volume::write_sparse(std::uint64_t record, const Name& stream, std::uint64_t size,
                          const std::vector<Part>& parts) {
  const Inode inode = handle_->open(record);
  const Attribute attribute = create_stream(inode.get(), stream, false);
  // Make it non-resident first: a resident attribute would be filled with zeros, not a hole.
  if (ntfs_attr_force_non_resident(attribute.get()) != 0) fail("the stream can't leave its record");
  if (ntfs_attr_truncate(attribute.get(), static_cast<s64>(size)) != 0) fail("no room for a hole");
  for (const Part& part : parts) write_at(attribute.get(), part.offset, part.content);
}

void Volume::set_initialized(std::uint64_t record, const Name& stream, std::uint64_t size) {
  const Inode inode = handle_->open(record);
  cut_initialized(inode.get(), stream, size);
}

std::uint64_t Volume::fill(const Path& path, std::uint64_t leave) {
  const std::uint64_t record = file(path);
  const Inode inode = handle_->open(record);
  const Attribute attribute = open_stream(inode.get(), {});
  ntfs_volume* const volume = handle_->volume;
  const auto cluster = static_cast<std::uint64_t>(volume->cluster_size);
  if (ntfs_volume_get_free_space(volume) != 0) fail("the free space can't be counted");
  const auto free = static_cast<std::uint64_t>(volume->free_clusters) * cluster;
  if (free <= leave) throw RecipeError("the volume has no more than that left");
  const std::uint64_t size = (free - leave) / cluster * cluster;
  if (ntfs_attr_force_non_resident(attribute.get()) != 0 ||
      ntfs_attr_truncate_solid(attribute.get(), static_cast<s64>(size)) != 0)
    fail("the volume can't be filled");
  return record;
}

void Volume::hard_link(std::uint64_t record, const Path& path) {
  const std::uint64_t parent = handle_->parent_of(path);
  Inode inode = handle_->open(record);
  Inode folder = handle_->open(parent);
  const Name& name = path.back();
  if (ntfs_link(inode.get(), folder.get(), name.data(), length(name)) != 0) fail("can't be linked");
  folder.reset(); // as in create()
}

void Volume::remove(const Path& path) {
  const std::uint64_t record = find(path);
  Inode inode = handle_->open(record);
  Inode folder = handle_->open(handle_->parent_of(path));
  const Name& name = path.back();
  // ntfs_delete closes both, even if it fails.
  if (ntfs_delete(handle_->volume, nullptr, inode.release(), folder.release(), name.data(),
                  length(name)) != 0)
    fail("can't be deleted");
}

void Volume::remove_name(const Path& path, bool stripped) {
  const Inode inode = handle_->open(find(path));
  const Inode folder = handle_->open(handle_->parent_of(path));
  const Search search(ntfs_attr_get_search_ctx(inode.get(), nullptr));
  if (!search ||
      ntfs_attr_lookup(AT_FILE_NAME, nullptr, 0, CASE_SENSITIVE, 0, nullptr, 0, search.get()) != 0)
    fail("the record has no name");
  const ATTR_RECORD* const attribute = search->attr;
  const auto* const key =
      reinterpret_cast<const char*>(attribute) + le16_to_cpu(attribute->value_offset);
  if (ntfs_index_remove(folder.get(), inode.get(), key,
                        static_cast<int>(le32_to_cpu(attribute->value_length))) != 0)
    fail("the name can't be taken out of its folder");
  if (!stripped) return;
  if (ntfs_attr_record_rm(search.get()) != 0) fail("the name can't be taken out of the record");
  inode->mrec->link_count = cpu_to_le16(0);
  NInoSetDirty(inode.get());
}

void Volume::set_dos_name(const Path& path, const std::string& name) {
  Inode inode = handle_->open(find(path));
  Inode folder = handle_->open(handle_->parent_of(path));
  if (ntfs_set_ntfs_dos_name(inode.release(), folder.release(), name.data(), name.size(), 0) != 0)
    fail("the DOS name can't be set");
}

void Volume::set_times(std::uint64_t record, const Times& times) {
  const Inode inode = handle_->open(record);
  inode->creation_time = static_cast<ntfs_time>(times.created);
  inode->last_data_change_time = static_cast<ntfs_time>(times.modified);
  inode->last_mft_change_time = static_cast<ntfs_time>(times.mft_modified);
  inode->last_access_time = static_cast<ntfs_time>(times.accessed);
  NInoFileNameSetDirty(inode.get());
  NInoSetDirty(inode.get());
}

void Volume::set_reparse_point(std::uint64_t record, std::uint32_t tag, std::string_view data) {
  std::string value;
  for (int shift = 0; shift < 32; shift += 8) value += static_cast<char>(tag >> shift);
  value += static_cast<char>(data.size());
  value += static_cast<char>(data.size() >> 8);
  value.append(2, '\0');
  value += data;
  const Inode inode = handle_->open(record);
  if (ntfs_set_ntfs_reparse_data(inode.get(), value.data(), value.size(), 0) != 0)
    fail("the reparse point can't be set");
}

void Volume::set_extended_attributes(std::uint64_t record, std::string_view data) {
  const Inode inode = handle_->open(record);
  if (ntfs_set_ntfs_ea(inode.get(), data.data(), data.size(), 0) != 0)
    fail("the extended attributes can't be set");
}

StreamFacts Volume::facts(std::uint64_t record, const Name& stream) const {
  const Inode inode = handle_->open(record);
  return facts_of(inode.get(), stream);
}

RecordState Volume::state(std::uint64_t record) const {
  std::vector<char> bytes(handle_->volume->mft_record_size);
  auto* const header = reinterpret_cast<MFT_RECORD*>(bytes.data());
  if (ntfs_mft_records_read(handle_->volume, record, 1, header) != 0)
    fail("record " + std::to_string(record) + " can't be read back");
  return {le16_to_cpu(header->sequence_number), (header->flags & MFT_RECORD_IN_USE) != 0};
}

} // namespace ntfs_writer

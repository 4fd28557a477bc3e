// SPDX-License-Identifier: GPL-2.0-or-later
#include "stream.h"

#include <algorithm>
#include <optional>

namespace ntfs_writer {
namespace {

constexpr std::uint64_t kPiece = 1 << 20;

struct Range {
  std::uint64_t from, to;
};

void write_range(ntfs_attr* attribute, std::uint64_t offset, const Content& content, Range range) {
  std::vector<std::byte> buffer;
  for (std::uint64_t at = range.from; at < range.to;) {
    buffer.resize(std::min(kPiece, range.to - at));
    content.read(at, buffer);
    for (std::size_t done = 0; done < buffer.size();) {
      const s64 put =
          ntfs_attr_pwrite(attribute, static_cast<s64>(offset + at + done),
                           static_cast<s64>(buffer.size() - done), buffer.data() + done);
      if (put <= 0) fail("the content can't be written");
      done += static_cast<std::size_t>(put);
    }
    at += buffer.size();
  }
  if ((attribute->data_flags & ATTR_COMPRESSION_MASK) && ntfs_attr_pclose(attribute) != 0)
    fail("the compressed content can't be finished");
}

LCN last_cluster(ntfs_attr* attribute) {
  LCN last = -1;
  if (ntfs_attr_map_whole_runlist(attribute) != 0) fail("the run list can't be read");
  for (const runlist_element* run = attribute->rl; run && run->length > 0; ++run)
    if (run->lcn >= 0) last = run->lcn + run->length - 1;
  return last;
}

/// While it lives, the cluster after a stream is marked as taken, so that the stream must continue
/// elsewhere.
class Obstacle {
public:
  Obstacle(ntfs_volume* volume, LCN cluster) : bitmap_(volume->lcnbmp_na), cluster_(cluster) {
    std::uint8_t bits = 0xFF;
    if (cluster >= volume->nr_clusters || ntfs_attr_pread(bitmap_, cluster / 8, 1, &bits) != 1)
      return;
    placed_ = !(bits & (1u << (cluster % 8))) && ntfs_bitmap_set_run(bitmap_, cluster, 1) == 0;
  }
  ~Obstacle() {
    if (placed_) ntfs_bitmap_clear_run(bitmap_, cluster_, 1);
  }
  Obstacle(const Obstacle&) = delete;
  Obstacle& operator=(const Obstacle&) = delete;

private:
  ntfs_attr* bitmap_;
  LCN cluster_;
  bool placed_ = false;
};

Search find_attribute(ntfs_inode* inode, const Name& name) {
  Search search(ntfs_attr_get_search_ctx(inode, nullptr));
  if (!search || ntfs_attr_lookup(AT_DATA, units(name), length(name), CASE_SENSITIVE, 0, nullptr, 0,
                                  search.get()) != 0)
    fail("no such stream");
  return search;
}

} // namespace

Attribute open_stream(ntfs_inode* inode, const Name& name) {
  Attribute attribute(ntfs_attr_open(inode, AT_DATA, units(name), length(name)));
  if (!attribute) fail("no such stream");
  return attribute;
}

Attribute create_stream(ntfs_inode* inode, const Name& name, bool compressed) {
  if (compressed) inode->flags = static_cast<FILE_ATTR_FLAGS>(inode->flags | FILE_ATTR_COMPRESSED);
  if (!name.empty() && ntfs_attr_add(inode, AT_DATA, units(name), length(name), nullptr, 0) != 0)
    fail("the stream can't be added");
  if (compressed && ntfs_attr_set_flags(inode, AT_DATA, units(name), length(name),
                                        ATTR_IS_COMPRESSED, ATTR_COMPRESSION_MASK) != 0)
    fail("the stream can't be compressed");
  NInoSetDirty(inode);
  return open_stream(inode, name);
}

void write_at(ntfs_attr* attribute, std::uint64_t offset, const Content& content) {
  write_range(attribute, offset, content, {0, content.size()});
}

void write_fragments(ntfs_attr* attribute, const Content& content, std::uint64_t fragments) {
  ntfs_volume* const volume = attribute->ni->vol;
  const std::uint64_t cluster = volume->cluster_size;
  const std::uint64_t clusters = (content.size() + cluster - 1) / cluster;
  if (clusters < fragments) throw RecipeError("fewer clusters than fragments");
  std::uint64_t from = 0;
  for (std::uint64_t i = 1; i <= fragments; ++i) {
    const std::uint64_t to = i == fragments ? content.size() : clusters * i / fragments * cluster;
    std::optional<Obstacle> obstacle;
    if (from > 0) obstacle.emplace(volume, last_cluster(attribute) + 1);
    write_range(attribute, 0, content, {from, to});
    from = to;
  }
}

void cut_initialized(ntfs_inode* inode, const Name& name, std::uint64_t size) {
  const Search search = find_attribute(inode, name);
  ATTR_RECORD* const attribute = search->attr;
  if (!attribute->non_resident) throw RecipeError("a resident stream is always initialized");
  if (size > static_cast<std::uint64_t>(sle64_to_cpu(attribute->data_size)))
    throw RecipeError("more initialized than there is");
  attribute->initialized_size = cpu_to_sle64(static_cast<s64>(size));
  ntfs_inode_mark_dirty(search->ntfs_ino);
}

StreamFacts facts_of(ntfs_inode* inode, const Name& name) {
  const Attribute opened = open_stream(inode, name);
  ntfs_attr* const attribute = opened.get();
  const Search search = find_attribute(inode, name);
  StreamFacts facts;
  facts.holder = search->ntfs_ino->mft_no;
  facts.attribute = le16_to_cpu(search->attr->instance);
  facts.size = static_cast<std::uint64_t>(attribute->data_size);
  facts.initialized = static_cast<std::uint64_t>(attribute->initialized_size);
  facts.resident = !NAttrNonResident(attribute);
  facts.compressed = (attribute->data_flags & ATTR_COMPRESSION_MASK) != 0;
  facts.sparse = (attribute->data_flags & ATTR_IS_SPARSE) != 0;
  if (facts.resident) return facts;
  if (ntfs_attr_map_whole_runlist(attribute) != 0) fail("the run list can't be read");
  LCN next = -1;
  for (const runlist_element* run = attribute->rl; run && run->length > 0; ++run) {
    if (run->lcn < 0) continue;
    facts.stored += static_cast<std::uint64_t>(run->length) * attribute->ni->vol->cluster_size;
    if (run->lcn != next) ++facts.runs;
    next = run->lcn + run->length;
  }
  return facts;
}

} // namespace ntfs_writer

// SPDX-License-Identifier: Apache-2.0
#include "recheck/record_check.h"

#include "base/checked.h"
#include "examine/finding_frame.h"
#include "filesystem/system_streams.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace coldsweep {
namespace {

using report::ExtentRow;
using report::FindingRow;

bool is_of(const FindingRow& finding, StreamKind kind) { return finding.kind == name_of(kind); }

/// Where the bytes of a stream are, as a finding states it.
std::vector<ExtentRow> extents_of(const FoundStream& found, const ByteSource& volume) {
  StreamRef stream;
  stream.size = found.size;
  stream.initialized = found.initialized;
  stream.encoding = found.encoding;
  stream.extents = found.extents;
  std::vector<ExtentRow> rows;
  for (const MediaExtent& extent : media_extents(volume, stream))
    rows.push_back({extent.offset, extent.length, extent.media_offset});
  return rows;
}

bool same(const ExtentRow& a, const ExtentRow& b) {
  return a.offset == b.offset && a.length == b.length && a.media_offset == b.media_offset;
}

/// Whether each byte of `part` is at the same place in `whole`. Both in order.
bool lies_in(const ExtentRow& part, const std::vector<ExtentRow>& whole) {
  const auto after =
      std::upper_bound(whole.begin(), whole.end(), part.offset,
                       [](u64 offset, const ExtentRow& each) { return offset < each.offset; });
  if (after == whole.begin() || !part.media_offset) return false;
  const ExtentRow& holder = *std::prev(after);
  const u64 skip = part.offset - holder.offset;
  return holder.media_offset && fits(skip, part.length, holder.length) &&
         *part.media_offset == saturating_add(*holder.media_offset, skip);
}

std::string shown(const std::vector<ExtentRow>& extents, std::size_t i) {
  if (i >= extents.size()) return "no further extent";
  const ExtentRow& extent = extents[i];
  return fmt::format("{} bytes from {} at media offset {}", extent.length, extent.offset,
                     extent.media_offset ? std::to_string(*extent.media_offset) : "unknown");
}

/// The first difference; empty if there is none.
std::string first_difference(const FindingRow& finding, const std::vector<ExtentRow>& derived,
                             bool may_lack_extents) {
  for (std::size_t i = 0; i < std::max(finding.extents.size(), derived.size()); ++i) {
    if (i >= finding.extents.size() && (finding.extents_left_out > 0 || may_lack_extents)) break;
    const bool agrees =
        i < finding.extents.size() &&
        (may_lack_extents ? lies_in(finding.extents[i], derived)
                          : i < derived.size() && same(finding.extents[i], derived[i]));
    if (!agrees)
      return fmt::format("extent {}: the manifest says {}, its MFT record {}", i + 1,
                         shown(finding.extents, i), shown(derived, i));
  }
  return {};
}

std::string name_in_manifest(const FoundStream& stream, bool is_data) {
  if (is_data) return stream.name;
  return attribute_name(stream.type) + (stream.name.empty() ? "" : ":" + stream.name);
}

bool may_lack_extents(const report::SealedCase& sealed) {
  const std::string format = sealed.case_text({"image", "format"});
  return format != "raw" && format != "split raw" && format != "ewf";
}

} // namespace

RecordCheck::RecordCheck(const report::SealedCase& sealed, SourcePtr media,
                         const RecheckLimits& limits)
    : sealed_(sealed), media_(std::move(media)), limits_(limits),
      may_lack_extents_(may_lack_extents(sealed)) {}

Rechecked RecordCheck::compare(const FindingRow& finding) {
  const report::VolumeRow* volume = sealed_.volume(finding.volume);
  const bool has_record = is_of(finding, StreamKind::name) || is_of(finding, StreamKind::data) ||
                          is_of(finding, StreamKind::attribute);
  if (!has_record || !finding.record || volume == nullptr || volume->filesystem != "ntfs" ||
      !volume->offset)
    return {};
  if (!opened_ || opened_->id != volume->id) open(*volume);
  if (!opened_->limit.empty()) return {Recheck::not_checkable, opened_->limit};
  if (!opened_->failure.empty())
    throw FormatError("its volume is not where the manifest says: " + opened_->failure);
  const std::string why = difference(finding);
  return why.empty() ? Rechecked{} : Rechecked{Recheck::differs, why};
}

std::string RecordCheck::difference(const FindingRow& finding) {
  const bool is_data = is_of(finding, StreamKind::data);
  const LookedUpFile& found = file(*finding.record);
  if (found.sequence != finding.sequence)
    return fmt::format("its MFT record has the sequence number {}, not {}", found.sequence,
                       finding.sequence);
  if (is_of(finding, StreamKind::name)) {
    FoundStream record;
    record.size = record.initialized = opened_->ntfs->geometry.record_size;
    record.extents = opened_->ntfs->mft.place(*finding.record, 0, record.size);
    return first_difference(finding, extents_of(record, *opened_->ntfs->source), may_lack_extents_);
  }
  if (found.in_part) return {};
  std::string why = "its MFT record has no such stream";
  for (const FoundStream& stream : is_data ? found.data : found.others) {
    if (name_in_manifest(stream, is_data) != finding.stream) continue;
    why = first_difference(finding, extents_of(stream, *opened_->ntfs->source), may_lack_extents_);
    if (why.empty() && name_of(stream.encoding) != finding.encoding)
      why = fmt::format("its encoding: the manifest says {}, its MFT record {}", finding.encoding,
                        name_of(stream.encoding));
    if (why.empty()) break;
  }
  return why;
}

const LookedUpFile& RecordCheck::file(u64 record) {
  if (!last_ || last_->first != record) {
    last_.reset();
    last_.emplace(record, opened_->lookup->find(record));
  }
  return last_->second;
}

void RecordCheck::open(const report::VolumeRow& volume) {
  last_.reset();
  opened_ = std::make_unique<Opened>();
  opened_->id = volume.id;
  if (++opens_ > limits_.volumes) {
    opened_->limit = fmt::format("the manifest leads to more than {} volumes", limits_.volumes);
    return;
  }
  searched_ = saturating_add(searched_, std::min(volume.size, media_->size()));
  const bool search = searched_ / limits_.times_searched <= media_->size();
  try {
    opened_->ntfs =
        NtfsVolume::open(std::make_shared<SliceSource>(media_, *volume.offset, volume.size),
                         search ? NtfsVolume::Search::yes : NtfsVolume::Search::no);
    opened_->lookup.emplace(*opened_->ntfs);
    if (!search && opened_->ntfs->mft.lacks_records())
      opened_->limit = fmt::format("searching for MFT records reads more than {} times the media",
                                   limits_.times_searched);
  } catch (const FormatError& e) {
    opened_->failure = e.what();
  }
}

} // namespace coldsweep

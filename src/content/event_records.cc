// SPDX-License-Identifier: Apache-2.0
// EVTX: a file header of 4,096 bytes, then independent chunks of 65,536. A chunk is a header of 512
// bytes, followed by event records. An event's binary XML refers to its template by the template's
// offset in the chunk; only the first event that uses a template holds it inline. Format: "Windows
// XML Event Log (EVTX)", libevtx documentation.
#include "content/log_records.h"

#include "base/endian.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace coldsweep {
namespace {

using namespace std::string_view_literals;

constexpr u64 kFileHeader = 4096;
constexpr u64 kChunk = 65536;
constexpr u64 kChunkHeader = 512;
constexpr u64 kRecordHeader = 24;   // signature, size, id, time
constexpr u64 kTemplateHeader = 24; // next, GUID, size of what follows
constexpr u64 kFreeSpaceField = 48;
constexpr std::string_view kChunkSignature = "ElfChnk\0"sv;
constexpr std::string_view kRecordSignature = "**\0\0"sv;
/// A fragment of binary XML that begins with a template instance. A byte, the template's id and its
/// offset follow.
constexpr std::string_view kInstance = "\x0F\x01\x01\0\x0C"sv;
constexpr u64 kOffsetInInstance = 10;
/// Separates records, so that the end of one is not joined to the beginning of the next.
constexpr std::string_view kBetween = "\n\0\n\0"sv;
constexpr std::size_t kMostTemplates = 32; // of one record
/// Bytes of templates, for all records of a chunk together. Only hostile chunks have more.
constexpr u64 kMostPerChunk = 8_MiB;
constexpr std::size_t kMostDamage = 16;

class EventRecords final : public RecordReader {
public:
  explicit EventRecords(ByteView content) : content_(content) {
    if (chars_of(content).starts_with("ElfFile\0"sv)) position_ = kFileHeader;
  }

  bool next(RecordBlock& block) override {
    block.records.clear();
    while (block.records.empty() && seek_chunk()) read_chunk(block);
    return !block.records.empty();
  }

  std::optional<LogTime> time_of(const RecordBlock& block, const LogRecord& record) const override {
    return of_filetime(little<u64>(block.bytes, record.offset + 16).value_or(0));
  }

  std::vector<std::string> damage() const override { return damage_; }

private:
  /// Moves to the next chunk's signature. Zeros before it were never written; anything else should
  /// have been a chunk.
  bool seek_chunk() {
    if (position_ >= content_.size()) return false;
    const std::string_view rest = chars_of(content_).substr(position_);
    const std::size_t found = std::min(rest.find(kChunkSignature), rest.size());
    const std::size_t written = rest.substr(0, found).find_first_not_of('\0');
    if (written != std::string_view::npos)
      note(position_ + written, fmt::format("a chunk expected; {} bytes passed over", found));
    position_ += found;
    return position_ < content_.size();
  }

  void read_chunk(RecordBlock& block) {
    chunk_at_ = position_;
    chunk_ = content_.subspan(position_, std::min<u64>(kChunk, content_.size() - position_));
    position_ += chunk_.size();
    if (chunk_.size() < kChunk) note(chunk_at_, "the file ends within this chunk");
    bytes_.clear();
    block.pieces.clear();
    templates_left_ = kMostPerChunk;
    const u64 free = little<u32>(chunk_, kFreeSpaceField).value_or(0);
    const u64 used = free >= kChunkHeader && free <= chunk_.size() ? free : chunk_.size();
    for (u64 at = kChunkHeader; at < chunk_.size();) {
      if (const std::optional<u64> size = record_size(at)) {
        add_record(block, at, *size);
        at += *size;
      } else {
        at = pass_over(at, used);
      }
    }
    if (templates_left_ == 0) note(chunk_at_, "more templates than a chunk has: some left out");
    block.bytes = bytes_of(bytes_);
  }

  /// The size of a record, if its beginning and its end state the same one.
  std::optional<u64> record_size(u64 at) const {
    if (!chars_of(chunk_).substr(at).starts_with(kRecordSignature)) return std::nullopt;
    const u64 size = little<u32>(chunk_, at + 4).value_or(0);
    if (size < kRecordHeader + 4 || !fits(at, size, chunk_.size())) return std::nullopt;
    if (little<u32>(chunk_, at + size - 4) != size) return std::nullopt;
    return size;
  }

  /// Skips to what next looks like a record. Past `used` there are zeros or older records.
  u64 pass_over(u64 at, u64 used) {
    const std::string_view rest = chars_of(chunk_).substr(at);
    const std::size_t next = std::min(rest.find(kRecordSignature, 1), rest.size());
    const std::size_t written = rest.substr(0, next).find_first_not_of('\0');
    if (written != std::string_view::npos && at + written < used)
      note(chunk_at_ + at, fmt::format("an event record expected; {} bytes passed over", next));
    return at + next;
  }

  void add_record(RecordBlock& block, u64 at, u64 size) {
    if (!bytes_.empty()) bytes_ += kBetween;
    LogRecord record;
    record.offset = bytes_.size();
    record.line = little<u64>(chunk_, at + 8).value_or(0);
    add_piece(block, at, size);
    for (const u64 offset : templates_of(at, size)) {
      const u64 data = little<u32>(chunk_, offset + kTemplateHeader - 4).value_or(0);
      const u64 length = std::min(kTemplateHeader + data, chunk_.size() - offset);
      if (length > templates_left_) {
        templates_left_ = 0;
        break;
      }
      templates_left_ -= length;
      bytes_ += kBetween;
      add_piece(block, offset, length);
    }
    record.length = bytes_.size() - record.offset;
    block.records.push_back(record);
  }

  void add_piece(RecordBlock& block, u64 at, u64 length) {
    block.pieces.push_back({bytes_.size(), chunk_at_ + at});
    bytes_ += chars_of(chunk_).substr(at, length);
  }

  /// Offsets in the chunk of the templates that the record refers to but doesn't hold.
  std::set<u64> templates_of(u64 at, u64 size) const {
    std::set<u64> offsets;
    const std::string_view record = chars_of(chunk_).substr(at, size);
    for (std::size_t found = record.find(kInstance); found != std::string_view::npos;
         found = record.find(kInstance, found + 1)) {
      const u64 offset = little<u32>(chunk_, at + found + kOffsetInInstance).value_or(0);
      const bool inside = offset >= at && offset < at + size;
      if (inside || offset < kChunkHeader || !fits(offset, kTemplateHeader, chunk_.size()))
        continue;
      if (offsets.size() == kMostTemplates) break;
      offsets.insert(offset);
    }
    return offsets;
  }

  void note(u64 offset, const std::string& what) {
    if (damage_.size() < kMostDamage)
      damage_.push_back(fmt::format("at offset {}: {}", offset, what));
  }

  ByteView content_, chunk_;
  u64 position_ = 0, chunk_at_ = 0;
  std::string bytes_;
  u64 templates_left_ = 0;
  std::vector<std::string> damage_;
};

} // namespace

std::unique_ptr<RecordReader> event_records(ByteView content) {
  return std::make_unique<EventRecords>(content);
}

} // namespace coldsweep

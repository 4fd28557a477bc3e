// SPDX-License-Identifier: Apache-2.0
// The format is described in "Expert Witness Compression Format (EWF)", J. Metz, and in ASR Data's
// original paper.
#include "image/ewf_segments.h"

#include "base/endian.h"
#include "base/error.h"
#include "base/text.h"
#include "image/segment_names.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kTableEntry = 4;
constexpr std::string_view kSignature{"EVF\x09\x0d\x0a\xff\0", 8};
constexpr u64 kFileHeader = 13, kDescriptor = 76;
// Enough for 20 TiB in one segment, at 64 MiB per `sectors` section and its two tables.
constexpr u32 kMostSections = 1u << 20;
constexpr u32 kMostSegments = 14971; // .E01 ... .ZZZ

[[noreturn]] void broken(const EvidenceFile& file, u64 offset, std::string_view what) {
  throw FormatError(fmt::format("{}: offset {}: {}", file.path().string(), offset, what));
}

struct Section {
  std::string type;
  u64 offset = 0, next = 0, size = 0;
};

Section read_section(const EvidenceFile& file, u64 offset) {
  if (!fits(offset, kDescriptor, file.size))
    broken(file, offset,
           fmt::format(
               "a section of {} bytes or more was expected, but the file has {} bytes: truncated",
               kDescriptor, file.size));
  const std::vector<std::byte> bytes = file.bytes(offset, kDescriptor);
  const std::string_view name = chars_of(bytes).substr(0, 16);
  Section section{std::string(name.substr(0, name.find('\0'))), offset, *little<u64>(bytes, 16),
                  *little<u64>(bytes, 24)};
  if (*little<u32>(bytes, 72) != ewf_checksum(ByteView(bytes).first(72)))
    broken(
        file, offset,
        fmt::format("the checksum of section descriptor `{}` is wrong", printable(section.type)));
  return section;
}

bool is_last(const Section& section) { return section.type == "next" || section.type == "done"; }

void check_bounds(const EvidenceFile& file, const Section& section) {
  const std::string type = printable(section.type);
  if (is_last(section)) return;
  if (!fits(section.offset, section.size, file.size))
    broken(file, section.offset,
           fmt::format("section `{}` claims {} bytes, the file has {}: truncated", type,
                       section.size, file.size));
  if (section.next < section.offset + kDescriptor)
    broken(file, section.offset,
           fmt::format("section `{}` names offset {} as the next section: a later one was expected",
                       type, section.next));
  if (!fits(section.next, kDescriptor, file.size))
    broken(file, section.offset,
           fmt::format(
               "section `{}` is followed by one at offset {}, the file has {} bytes: truncated",
               type, section.next, file.size));
}

/// What the sections of one segment say about the whole set.
struct SegmentFacts {
  u16 number = 0;
  bool ends_set = false;
  std::optional<u32> chunks;    ///< of the media, from `volume` or `disk`
  u64 listed = 0;               ///< chunks in the `table` sections
  std::vector<EwfTable> tables; ///< the intact ones
  bool table_wanted = false, tables_missing = false;
  std::vector<std::byte> set_id; ///< 16 bytes, if the segment has one
};

void read_volume(const EvidenceFile& file, const Section& section, SegmentFacts& facts) {
  if (section.size < kDescriptor + 94) return; // the smallest form, EWF-S01
  const std::vector<std::byte> data = file.bytes(section.offset + kDescriptor, 1052);
  if (section.type != "data") facts.chunks = little<u32>(data, 4);
  if (section.size < kDescriptor + 1052) return;
  if (const std::optional<ByteView> id = slice(data, 64, 16))
    facts.set_id.assign(id->begin(), id->end());
}

/// Reads a `table`, or its copy in the following `table2` if the `table` is damaged.
void read_table(const EvidenceFile& file, const Section& section, SegmentFacts& facts) {
  const u64 content = section.offset + kDescriptor;
  if (section.type == "table") {
    facts.listed += little<u32>(file.bytes(content, 4), 0).value_or(0);
    facts.tables_missing = facts.tables_missing || facts.table_wanted;
    facts.table_wanted = true;
  }
  if (!facts.table_wanted) return;
  const u64 end = std::min(section.offset + section.size, section.next);
  EwfTable table;
  if (end <= content || !read_ewf_table(file, content, end - content, table)) return;
  facts.tables.push_back(table);
  facts.table_wanted = false;
}

SegmentFacts walk(const EvidenceFile& file) {
  const std::vector<std::byte> header = file.bytes(0, kFileHeader);
  if (header.size() < kFileHeader || !chars_of(header).starts_with(kSignature))
    broken(file, 0, "an EWF signature was expected");
  SegmentFacts facts;
  facts.number = *little<u16>(header, 9);
  u64 offset = kFileHeader;
  for (u32 i = 0; i < kMostSections; ++i) {
    const Section section = read_section(file, offset);
    check_bounds(file, section);
    if (section.type == "volume" || section.type == "disk" || section.type == "data")
      read_volume(file, section, facts);
    if (section.type == "table" || section.type == "table2") read_table(file, section, facts);
    if (is_last(section)) {
      facts.ends_set = section.type == "done";
      return facts;
    }
    offset = section.next;
  }
  broken(file, offset, fmt::format("more than {} sections", kMostSections));
}

std::string name_of_segment(const std::filesystem::path& first, u32 number) {
  const auto path = ewf_segment_path(first, number);
  return path ? fmt::format("segment {} ({})", number, path->filename().string())
              : fmt::format("segment {}", number);
}

bool differ(const std::vector<std::byte>& a, const std::vector<std::byte>& b) {
  constexpr std::array<std::byte, 16> none{};
  const auto given = [&](const auto& id) {
    return id.size() == none.size() && !std::equal(id.begin(), id.end(), none.begin());
  };
  return given(a) && given(b) && a != b;
}

/// Checks the segments in order, and what they say together.
class SetCheck {
public:
  void add(const EvidenceFile& file) {
    SegmentFacts facts = walk(file);
    const u32 expected = ++count_;
    if (expected == 1) first_ = file.path();
    if (facts.number != expected) throw_number(file, facts.number, expected);
    if (differ(set_id_, facts.set_id))
      broken(file, 0, fmt::format("belongs to a different set than {}", first_.string()));
    if (set_id_.empty()) set_id_ = facts.set_id;
    if (facts.chunks && !chunks_) chunks_ = facts.chunks;
    listed_ += facts.listed;
    bad_tables_ = bad_tables_ || facts.tables_missing || facts.table_wanted;
    for (EwfTable& table : facts.tables) {
      table.segment = count_ - 1;
      table.first = tables_.empty() ? 0 : tables_.back().first + tables_.back().count;
      tables_.push_back(table);
    }
    ends_ = facts.ends_set;
  }

  bool ends() const { return ends_; }

  EwfSet finish(std::vector<EvidenceFile> files) {
    const EvidenceFile& last = files.back();
    if (!ends_)
      broken(last, last.size,
             fmt::format("ends with a `next` section: {} is missing",
                         name_of_segment(first_, count_ + 1)));
    if (!chunks_)
      broken(last, last.size,
             "no segment of the set holds a `volume` section, which describes the media");
    if (listed_ < *chunks_)
      broken(last, last.size,
             fmt::format("the media has {} chunks, the tables of the set list {}: incomplete",
                         *chunks_, listed_));
    if (bad_tables_) tables_.clear();
    u64 most = 0; // chunks that the files have table entries for
    for (const EvidenceFile& file : files) most += file.size / kTableEntry;
    const u64 chunks = std::min(*chunks_ > 0 ? u64{*chunks_} : listed_, most);
    return {std::move(files), std::move(tables_), chunks};
  }

private:
  [[noreturn]] void throw_number(const EvidenceFile& file, u32 number, u32 expected) const {
    const std::string says =
        fmt::format("{}: offset 9: is segment {} of its set, and segment {} was expected here",
                    file.path().string(), number, expected);
    if (expected == 1) throw FormatError(says + ": name the first segment, or all in order");
    throw FormatError(
        fmt::format("{}: {} is missing or out of order", says, name_of_segment(first_, expected)));
  }

  std::filesystem::path first_;
  std::vector<std::byte> set_id_;
  std::optional<u32> chunks_;
  u64 listed_ = 0;
  std::vector<EwfTable> tables_;
  bool bad_tables_ = false;
  u32 count_ = 0;
  bool ends_ = false;
};

EwfSet named(const std::vector<std::filesystem::path>& paths) {
  std::vector<EvidenceFile> set;
  SetCheck check;
  for (const std::filesystem::path& path : paths) {
    if (!set.empty() && check.ends())
      throw FormatError(
          fmt::format("{}: ends its set with a `done` section, but {} was named after it",
                      set.back().path().string(), path.string()));
    set.push_back(open_evidence_file(path));
    check.add(set.back());
  }
  return check.finish(std::move(set));
}

/// The file of that name, in upper or lower case: some tools copy a set with both.
std::optional<std::filesystem::path> in_either_case(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) return path;
  std::filesystem::path other = path;
  const std::string extension = path.extension().string();
  std::string changed = ascii_lower(extension);
  if (changed == extension)
    std::transform(changed.begin(), changed.end(), changed.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  other.replace_extension(changed);
  if (!std::filesystem::exists(other, ignored)) return std::nullopt;
  return other;
}

/// Stops at the segment that says it is the last. A file that follows in the folder belongs to
/// another set.
EwfSet found_beside(const std::filesystem::path& given) {
  const auto second = ewf_segment_path(given, 2);
  const std::filesystem::path first =
      target_of_link(given, second && in_either_case(*second).has_value());
  std::vector<EvidenceFile> set;
  SetCheck check;
  for (u32 number = 1; number <= kMostSegments; ++number) {
    const auto name = number == 1 ? std::optional(first) : ewf_segment_path(first, number);
    const auto path = name ? in_either_case(*name) : std::nullopt;
    if (!path) break;
    set.push_back(open_evidence_file(*path));
    check.add(set.back());
    if (check.ends()) break;
  }
  return check.finish(std::move(set));
}

} // namespace

EwfSet open_ewf_set(const std::vector<std::filesystem::path>& paths) {
  return paths.size() == 1 ? found_beside(paths.front()) : named(paths);
}

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
// Volumes that claim more than they hold: the plan stays small, says what it leaves out, and
// still counts every byte.
#include "filesystem/lost_name_search.h"
#include "filesystem/ntfs_plan.h"
#include "filesystem/read_limit.h"
#include "support/catch.h"
#include "support/sources.h"
#include "support/tiny_ntfs.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

constexpr u32 kIndexRoot = 0x90, kIndexAllocation = 0xA0, kAttributeList = 0x20, kData = 0x80;

const Scope kEverything{.unallocated = true, .slack = true, .system = true};

NtfsPlan plan_of(const SourcePtr& source, const Scope& scope = kEverything,
                 const Planning& how = {}) {
  return NtfsPlan::make(NtfsVolume::open(source), 0, scope, how);
}

NtfsPlan plan_of(const TinyNtfs& volume, const Scope& scope = kEverything) {
  return plan_of(std::make_shared<MemorySource>(volume.bytes()), scope);
}

/// The issues of that kind whose message has these words.
std::vector<Issue> issues_with(const NtfsPlan& plan, IssueKind kind, const std::string& words) {
  std::vector<Issue> found;
  for (const Issue& issue : plan.issues())
    if (issue.kind == kind && issue.message.find(words) != std::string::npos)
      found.push_back(issue);
  return found;
}

u64 streams_of(const NtfsPlan& plan, u64 record, StreamKind kind) {
  return static_cast<u64>(
      std::count_if(plan.streams().begin(), plan.streams().end(), [&](const StreamRef& s) {
        return s.id.record == record && s.id.kind == kind;
      }));
}

StreamRef main_stream(u64 record) {
  StreamRef stream;
  stream.id = {0, record, 1, 0, StreamKind::data};
  return stream;
}

/// Each byte of the volume has one owner, and each stream an id of its own.
void require_consistent(const NtfsPlan& plan) {
  const SpaceAccount& rest = plan.rest();
  u64 sum = rest.metadata + rest.slack + rest.unallocated + rest.skipped + rest.unreadable;
  std::set<StreamId> ids;
  for (const StreamRef& stream : plan.streams()) {
    sum += stream.owned;
    REQUIRE(ids.insert(stream.id).second);
  }
  CHECK(sum == rest.size);
}

/// A file whose `count` attributes stand in extension records from 40 on, `per_record` in each.
/// Its attribute list has clusters of its own.
void spread(TinyNtfs& volume, u64 count, u64 per_record, const std::string& attribute, u32 type) {
  std::string list;
  u64 record = 40;
  for (u64 done = 0; done < count; done += per_record, ++record) {
    volume.record(record, std::vector<std::string>(std::min(per_record, count - done), attribute),
                  {.base = 30});
    list += list_entry(type, 7, record);
  }
  const u64 clusters = (list.size() + 4095) / 4096;
  volume.put(volume.free_cluster(), list);
  volume.record(30, {stored_attribute(
                         {.type = kAttributeList,
                          .id = 2,
                          .runs = run_list({{clusters, static_cast<i64>(volume.free_cluster())}}),
                          .size = list.size()}),
                     file_name_attribute(5, utf16_of("many"))});
}

} // namespace

TEST_CASE("a record has at most 65,536 streams; the rest is an issue, and no id is used twice") {
  constexpr u64 kStreams = 65'536 + 70;
  TinyNtfs volume({.clusters = 2048, .records = 40 + kStreams / 29 + 1});
  spread(volume, kStreams, 29, resident_attribute(kData, 7, {}, "x"), kData);
  const NtfsPlan plan = plan_of(volume);
  CHECK(streams_of(plan, 30, StreamKind::data) == 65'536);
  const std::vector<Issue> issues = issues_with(plan, IssueKind::over_limit, "70 were not scanned");
  REQUIRE(issues.size() == 1);
  CHECK(issues.front().record == 30);
  CHECK(issues.front().bytes == 70);
  CHECK(hides_content(issues.front()));
  CHECK(plan.rest().skipped_by.at("over_limit") == 70);
  require_consistent(plan);
}

TEST_CASE("streams with the same attribute id differ in what follows them, too") {
  TinyNtfs volume({});
  const u64 at = volume.free_cluster();
  std::vector<std::string> attributes{file_name_attribute(5, utf16_of("twice"))};
  for (u64 i = 0; i < 3; ++i)
    attributes.push_back(stored_attribute({.id = 7,
                                           .name = utf16_of(fmt::format("s{}", i)),
                                           .runs = run_list({{1, static_cast<i64>(at + i)}}),
                                           .size = 100}));
  for (u64 i = 0; i < 3; ++i) volume.put(at + i, std::string(4096, 'y'));
  volume.record(30, attributes);
  const NtfsPlan plan = plan_of(volume);
  CHECK(streams_of(plan, 30, StreamKind::data) == 3);
  CHECK(streams_of(plan, 30, StreamKind::slack) == 3);
  require_consistent(plan);
}

TEST_CASE("a record has at most 1,024 names") {
  constexpr u64 kNames = 1024 + 9;
  TinyNtfs volume({.records = 40 + kNames / 9 + 1});
  spread(volume, kNames, 9, file_name_attribute(5, utf16_of("n")), 0x30);
  const NtfsPlan plan = plan_of(volume);
  // One stands in the base record.
  const std::vector<Issue> issues = issues_with(plan, IssueKind::over_limit, "10 names past");
  CHECK(issues.size() == 1);
  CHECK(plan.describe(main_stream(30)).links.size() == 1023);
}

TEST_CASE("thousands of records that an attribute list names in vain give few issues") {
  TinyNtfs volume({});
  std::string list;
  for (u64 i = 0; i < 4000; ++i) list += list_entry(kData, 7, 1000 + i);
  volume.put(volume.free_cluster(), list);
  volume.record(30,
                {stored_attribute({.type = kAttributeList,
                                   .runs = run_list({{(list.size() + 4095) / 4096,
                                                      static_cast<i64>(volume.free_cluster())}}),
                                   .size = list.size()})});
  const NtfsPlan plan = plan_of(volume);
  CHECK(plan.issues().size() < 30);
  CHECK(issues_with(plan, IssueKind::malformed, "names 3984 more records").size() == 1);
}

TEST_CASE("a path longer than NTFS allows is cut, which is one issue of the volume") {
  TinyNtfs volume({.records = 400});
  const std::string wide = utf16_of(std::string(255, 'w'));
  for (u64 i = 0; i < 300; ++i) // 255 units and a slash each: 127 of them are allowed
    volume.record(30 + i, {file_name_attribute(i == 0 ? 5 : 29 + i, wide)},
                  {.flags = TinyNtfs::kInUse | TinyNtfs::kFolder});
  const std::string content = resident_attribute(kData, 2, {}, "content");
  volume.record(340, {file_name_attribute(29 + 127, utf16_of("fits")), content});
  volume.record(341, {file_name_attribute(29 + 300, utf16_of("deep")), content});
  volume.record(342, {file_name_attribute(29 + 128, utf16_of("x")), content});
  const NtfsPlan plan = plan_of(volume);
  CHECK(plan.path(340).size() == 127 * 256 + 5);
  CHECK(plan.path(340).starts_with("/www"));
  for (const u64 record : {341, 342}) {
    const std::string path = plan.path(record);
    CHECK(path.starts_with("/$TooDeep/www"));
    CHECK(path.size() <= PathIndex::kCutPathUnits);
    CHECK(plan.describe(main_stream(record)).path_source == kTooDeep);
  }
  CHECK(plan.path(341).ends_with("/deep"));
  CHECK(issues_with(plan, IssueKind::over_limit, "UTF-16 units").size() == 1);
  CHECK(issues_with(plan, IssueKind::over_limit, "175 paths, the first of MFT record 157").size() ==
        1); // folders 128 to 300, and two files
}

TEST_CASE("folders that contain each other end a path, however long their circle") {
  for (const u64 length : {1, 2, 3, 7, 100}) {
    TinyNtfs volume({.records = 400});
    for (u64 i = 0; i < length; ++i)
      volume.record(30 + i, {file_name_attribute(30 + (i + 1) % length, utf16_of("round"))},
                    {.flags = TinyNtfs::kInUse | TinyNtfs::kFolder});
    volume.record(200, {file_name_attribute(30, utf16_of("within"))},
                  {.flags = TinyNtfs::kInUse | TinyNtfs::kFolder});
    volume.record(201, {file_name_attribute(200, utf16_of("file"))});
    const NtfsPlan plan = plan_of(volume);
    CHECK(plan.path(201) == "/$OrphanFiles/file");
    CHECK(issues_with(plan, IssueKind::over_limit, "paths").empty());
  }
}

TEST_CASE("paths that end in two names are found without building the others") {
  TinyNtfs volume({.records = 400});
  const u16 folder = TinyNtfs::kInUse | TinyNtfs::kFolder;
  volume.record(30, {file_name_attribute(5, utf16_of("FrontEnd"))}, {.flags = folder});
  volume.record(31, {file_name_attribute(5, utf16_of("Other"))}, {.flags = folder});
  for (u64 i = 0; i < 20; ++i)
    volume.record(40 + i, {file_name_attribute(i < 10 ? 30 : 31, utf16_of("HttpProxy"))},
                  {.flags = folder});
  const PathIndex::FoundPaths found = plan_of(volume).paths_ending("frontend", "httpproxy", 4);
  CHECK(found.paths == std::vector<std::string>(4, "/FrontEnd/HttpProxy"));
  CHECK(found.left_out == 6);
}

TEST_CASE("an index block of gigabytes behind a hole is an issue, not a buffer") {
  for (const u64 block : {u64{128} << 10, 2_GiB, 4_GiB - 4096}) {
    TinyNtfs volume({});
    std::string root(32, '\0');
    for (unsigned i = 0; i < 4; ++i) root[8 + i] = static_cast<char>(block >> (8 * i));
    const u64 clusters = 4_GiB / 4096;
    volume.record(
        30,
        {file_name_attribute(5, utf16_of("folder")),
         resident_attribute(kIndexRoot, 3, utf16_of("$I30"), root),
         stored_attribute(
             {.type = kIndexAllocation,
              .id = 4,
              .name = utf16_of("$I30"),
              .runs = run_list({{clusters - 1, -1}, {1, static_cast<i64>(volume.free_cluster())}}),
              .size = 4_GiB})},
        {.flags = TinyNtfs::kInUse | TinyNtfs::kFolder});
    const NtfsPlan plan = plan_of(volume);
    CHECK(issues_with(plan, IssueKind::malformed, "index blocks of").size() == 1);
    CHECK(streams_of(plan, 30, StreamKind::index_slack) == 0);
    require_consistent(plan);
  }
}

TEST_CASE("a compression unit that NTFS can't have is read as it is stored") {
  struct Unit {
    u32 cluster;
    u16 exponent;
    bool possible;
  };
  for (const Unit unit : {Unit{4096, 4, true}, Unit{8192, 4, false}, Unit{4096, 5, false},
                          Unit{4096, 300, false}, Unit{2 << 20, 8, false}}) {
    TinyNtfs volume({.clusters = 64, .cluster = unit.cluster, .records = 32});
    const u64 at = volume.free_cluster();
    volume.put(at, "COLDSWEEP_MARK");
    volume.record(30, {file_name_attribute(5, utf16_of("packed")),
                       stored_attribute({.id = 2,
                                         .runs = run_list({{1, static_cast<i64>(at)}, {15, -1}}),
                                         .size = 16 * u64{unit.cluster},
                                         .flags = 1,
                                         .compression_exponent = unit.exponent})});
    const NtfsPlan plan = plan_of(volume, {});
    const auto stream = std::find_if(plan.streams().begin(), plan.streams().end(),
                                     [](const StreamRef& s) { return s.id.record == 30; });
    REQUIRE(stream != plan.streams().end());
    CHECK(stream->encoding == (unit.possible ? Encoding::lznt1 : Encoding::plain));
    CHECK(stream->compression_unit <= 64_KiB);
    CHECK(issues_with(plan, IssueKind::malformed, "a compression unit of").empty() ==
          unit.possible);
  }
}

TEST_CASE("streams that claim the same clusters are read up to four times the volume") {
  constexpr u64 kClusters = 128_MiB / 4096, kClaimed = 100_MiB / 4096;
  TinyNtfs volume({.clusters = kClusters});
  for (u64 i = 0; i < 12; ++i)
    volume.record(
        30 + i,
        {file_name_attribute(5, utf16_of(fmt::format("claims{}", i))),
         stored_attribute({.id = 2,
                           .runs = run_list({{kClaimed, static_cast<i64>(volume.free_cluster())}}),
                           .size = kClaimed * 4096})});
  const NtfsPlan plan = plan_of(volume, {});
  u64 bytes = 0, left_out = 0;
  for (const StreamRef& stream : plan.streams()) bytes += placed_bytes(stream.extents);
  CHECK(bytes <= 4 * 128_MiB + 64_MiB); // a little more for small volumes
  CHECK(bytes > 3 * 128_MiB);
  for (const Issue& issue : issues_with(plan, IssueKind::over_limit, "claim the same clusters")) {
    CHECK(issue.path.value().starts_with("/claims"));
    CHECK(hides_content(issue));
    ++left_out;
  }
  CHECK(left_out + bytes / (kClaimed * 4096) == 12);
  require_consistent(plan);
}

TEST_CASE("holes that thousands of streams claim are not all scanned") {
  TinyNtfs volume({.records = 700});
  for (u64 i = 0; i < 600; ++i)
    volume.record(
        40 + i,
        {file_name_attribute(5, utf16_of("hole")),
         stored_attribute({.id = 2, .runs = run_list({{15_MiB / 4096, -1}}), .size = 15_MiB})});
  const NtfsPlan plan = plan_of(volume, {}); // 9 GiB of zeros on a volume of 16 MiB
  u64 bytes = 0;
  for (const StreamRef& stream : plan.streams()) bytes += stream.size;
  CHECK(bytes <= 64 * 16_MiB + 1_GiB);
  CHECK(issues_with(plan, IssueKind::over_limit, "claim the same clusters").size() > 400);
  require_consistent(plan);
}

namespace {

/// Throws what no source should, where a range is read.
class BrokenSource final : public ByteSource {
public:
  BrokenSource(std::string bytes, u64 offset) : of_(std::move(bytes)), offset_(offset) {}
  void read(u64 offset, MutableBytes into) const override {
    if (offset <= offset_ && offset_ < offset + into.size()) throw std::bad_alloc();
    of_.read(offset, into);
  }
  u64 size() const override { return of_.size(); }
  std::optional<u64> media_offset(u64 offset) const override { return offset; }

private:
  MemorySource of_;
  u64 offset_;
};

/// Sets a flag at the n-th read.
class StoppingSource final : public ByteSource {
public:
  StoppingSource(std::string bytes, u64 read, StopFlag& stop)
      : of_(std::move(bytes)), left_(read), stop_(stop) {}
  void read(u64 offset, MutableBytes into) const override {
    if (left_ > 0 && --left_ == 0) stop_.set();
    of_.read(offset, into);
  }
  u64 size() const override { return of_.size(); }
  std::optional<u64> media_offset(u64 offset) const override { return offset; }
  u64 left() const { return left_; }

private:
  MemorySource of_;
  mutable u64 left_;
  StopFlag& stop_;
};

} // namespace

TEST_CASE("whatever planning one record throws costs that record only") {
  TinyNtfs volume({});
  const u64 at = volume.free_cluster();
  volume.record(
      30, {stored_attribute(
               {.type = kAttributeList, .runs = run_list({{1, static_cast<i64>(at)}}), .size = 64}),
           file_name_attribute(5, utf16_of("lost"))});
  volume.record(
      31, {stored_attribute(
               {.type = 0x50, .id = 3, .runs = run_list({{1, static_cast<i64>(at)}}), .size = 64}),
           file_name_attribute(5, utf16_of("lost too"))});
  volume.record(
      32, {file_name_attribute(5, utf16_of("kept")), resident_attribute(kData, 2, {}, "content")});
  const NtfsPlan plan =
      plan_of(std::make_shared<BrokenSource>(volume.bytes(), at * 4096), kEverything);
  CHECK(streams_of(plan, 32, StreamKind::data) == 1);
  const std::vector<Issue> issues = issues_with(plan, IssueKind::crashed, "planning failed");
  REQUIRE(issues.size() == 2);
  CHECK(std::set<u64>{*issues[0].record, *issues[1].record} == std::set<u64>{30, 31});
  require_consistent(plan);
}

TEST_CASE("planning stops wherever it is") {
  TinyNtfs volume({.clusters = 4096, .records = 8192});
  for (u64 i = 40; i < 8192; i += 7)
    volume.record(
        i, {file_name_attribute(5, utf16_of("file")), resident_attribute(kData, 2, {}, "content")});
  u64 read = 1;
  for (; read < 1000; ++read) {
    StopFlag stop;
    const auto source = std::make_shared<StoppingSource>(volume.bytes(), read, stop);
    const bool at_all_reads = [&] {
      try {
        plan_of(std::make_shared<StoppableSource>(source, stop), kEverything, {.stop = &stop});
        return source->left() > 0;
      } catch (const Stopped&) {
        return false;
      }
    }();
    if (at_all_reads) break; // the plan takes fewer reads
  }
  CHECK(read > 4);
  CHECK(read < 1000);

  StopFlag stop;
  stop.set();
  const NtfsVolume opened = NtfsVolume::open(std::make_shared<MemorySource>(volume.bytes()));
  CHECK_THROWS_AS(NtfsPlan::make(opened, 0, kEverything, {.stop = &stop}), Stopped);
}

TEST_CASE("names are found across the pieces in which a journal is read") {
  // A record of 72 bytes: no multiple of it is a piece.
  std::string journal;
  constexpr u64 kRecords = 40'000;
  for (u64 i = 0; i < kRecords; ++i) {
    std::string record(72, '\0');
    const auto put = [&](u64 at, u64 value, unsigned width) {
      for (unsigned j = 0; j < width; ++j) record[at + j] = static_cast<char>(value >> (8 * j));
    };
    put(0, 72, 4);
    put(4, 2, 2);
    put(8, (100 + i % 20'000) | u64{1} << 48, 8);
    put(16, 5 | u64{1} << 48, 8);
    put(56, 12, 2);
    put(58, 60, 2);
    record.replace(60, 12, utf16_of(fmt::format("{:06}", i)));
    journal += record;
  }
  PathIndex paths;
  for (u64 record = 0; record < 20'100; ++record) paths.add(record, 1, true, {});
  const MemorySource source(journal);
  find_lost_names(source, {.change_journal = {{0, 0, journal.size(), Extent::Kind::stored}}},
                  paths);
  for (u64 record = 100; record < 20'100; record += 13)
    REQUIRE(paths.paths(record).front().path.ends_with(
        fmt::format("/{:06}", record - 100 + 20'000))); // the latest
}

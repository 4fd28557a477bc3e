// SPDX-License-Identifier: Apache-2.0
// Small images that once took minutes, gigabytes or the whole case: each is swept in seconds,
// sealed, and says what was left out. Some come from ../shared/cases/hostile, and are skipped
// without it; the others are made here.
#include "image/image.h"
#include "support/catch.h"
#include "support/program.h"
#include "support/run_sweep.h"
#include "support/shared_images.h"
#include "support/sources.h"
#include "support/tiny_ntfs.h"
#include "volume/volume.h"

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

constexpr const char* kMark = "rule marker { strings: $a = \"COLDSWEEP_MARK\" condition: $a }";

/// The input, unpacked into the folder. Skips the test without it.
std::filesystem::path hostile(const std::string& name, const std::string& unpacked,
                              const TempDir& folder) {
  const std::optional<std::filesystem::path> inputs = shared_folder("cases/hostile");
  const std::filesystem::path packed = inputs ? *inputs / name : std::filesystem::path();
  if (!inputs || !std::filesystem::exists(packed)) SKIP("no ../shared/cases/hostile");
  const std::filesystem::path path = folder / unpacked;
  const char* unpack = R"sh(cp "$1" "$2")sh";
  if (name.ends_with(".tar.gz"))
    unpack = R"sh(tar -xzSf "$1" -C "$(dirname "$2")")sh";
  else if (name.ends_with(".gz"))
    unpack = R"sh(gzip -dc "$1" | dd of="$2" bs=1M conv=sparse iflag=fullblock status=none)sh";
  must_run({"sh", "-c", unpack, "sh", packed.string(), path.string()});
  return path;
}

Swept swept_input(const std::string& name, const std::string& unpacked, const char* rules,
                  SweepOptions options = {}) {
  const TempDir folder;
  Swept swept = run_sweep(hostile(name, unpacked, folder), rules, options);
  require_balanced(swept);
  return swept;
}

u64 issues_with(const Swept& swept, const std::string& words) {
  u64 found = 0;
  for (const nlohmann::json& issue : swept.issues)
    found += issue.at("message").get<std::string>().find(words) != std::string::npos ? 1 : 0;
  return found;
}

SweepOptions everything() {
  SweepOptions options;
  options.scope = {.unallocated = true, .slack = true, .system = true};
  options.memory = 256_MiB;
  return options;
}

/// A sparse VMDK extent of `capacity` bytes, of which the first grain is stored.
std::string sparse_extent(u64 capacity, const std::string& grain) {
  constexpr u64 kSector = 512, kTable = 512 * 4, kDirectory = kSector;
  const u64 tables = (capacity + (32 << 20) - 1) / (32 << 20);
  const u64 table = (kDirectory + tables * 4 + kSector - 1) / kSector * kSector;
  const u64 data = table + kTable;
  std::string file(data + 65'536, '\0');
  const auto put = [&](u64 at, u64 value, unsigned width) {
    for (unsigned i = 0; i < width; ++i) file.at(at + i) = static_cast<char>(value >> (8 * i));
  };
  file.replace(0, 4, "KDMV");
  put(4, 1, 4);
  put(8, 1, 4);
  put(12, capacity / kSector, 8);
  put(20, 128, 8); // sectors of a grain
  put(44, 512, 4); // entries of a table
  put(56, kDirectory / kSector, 8);
  put(64, data / kSector, 8);
  file.replace(73, 4, "\n \r\n");
  put(kDirectory, table / kSector, 4);
  put(table, data / kSector, 4);
  file.replace(data, grain.size(), grain);
  return file;
}

std::string descriptor(const std::string& extents) {
  return "# Disk DescriptorFile\nversion=1\nCID=8bc11e29\nparentCID=ffffffff\n"
         "createType=\"twoGbMaxExtentSparse\"\n\n# Extent description\n" +
         extents + "\n# The Disk Data Base\n#DDB\n";
}

} // namespace

TEST_CASE("66,000 streams of one record are planned in linear time, up to the number of ids") {
  const Swept swept = swept_input("01_same_ids_66000.raw.gz", "ids.raw", kMark);
  CHECK(swept.has_issue("more than 65,536 streams", "over_limit"));
  CHECK(swept.result.incomplete);
}

TEST_CASE("16,380 nested folders with long names take neither memory nor a long manifest") {
  for (const char* name :
       {"02_httpproxy_1000", "02_deep_paths_20_findings", "02_deep_paths_600_issues"}) {
    INFO(name);
    const Swept swept = swept_input(std::string(name) + ".raw.gz", "deep.raw", kMark);
    CHECK(swept.manifest.size() < 32_MiB);
    CHECK(issues_with(swept, "UTF-16 units that NTFS allows") == 1);
  }
}

TEST_CASE("LZNT1 units of 512 MiB are malformed, and what is stored is scanned") {
  const Swept swept = swept_input("08_lznt1_512MiB_unit_sparse.tar.gz", "lzb.raw", kMark);
  CHECK(issues_with(swept, "a compression unit of") == 8);
}

TEST_CASE("a VMDK that claims 512 TiB over an extent of a few MiB is swept as far as it goes") {
  const TempDir folder;
  hostile("split-s001.vmdk.gz", "split-s001.vmdk", folder);
  const std::filesystem::path disk = hostile("12_vmdk_512TiB_descriptor.vmdk", "disk.vmdk", folder);
  const Swept swept = run_sweep(disk, kMark, everything());
  require_balanced(swept);
  CHECK(swept.has_issue("the container claims 562949953421312 bytes of media"));
  CHECK(swept.result.incomplete);
}

TEST_CASE("what a small VMDK extent claims and doesn't hold costs nothing") {
  const TempDir folder;
  TinyNtfs volume({.clusters = 24, .cluster = 512, .records = 8});
  volume.record(7, {file_name_attribute(5, utf16_of("marked")),
                    resident_attribute(0x80, 2, {}, "COLDSWEEP_MARK")});
  write_text(folder / "extent.vmdk", sparse_extent(1_GiB, volume.bytes()));
  const std::filesystem::path disk = folder / "disk.vmdk";
  const u64 tera = u64{1} << 40;
  SECTION("the extent is smaller than its line says") {
    write_text(disk, descriptor(fmt::format("RW {} SPARSE \"extent.vmdk\"\n", 512 * tera / 512)));
    const Image image = open_image({disk});
    CHECK(image.media->size() == 512 * tera);
    CHECK(image.media->end() == 1_GiB);
    const Swept swept = run_sweep(disk, kMark, everything());
    require_balanced(swept);
    CHECK(swept.finding("/marked") != nullptr);
    CHECK(swept.has_issue("holds none from offset 1073741824 on"));
    CHECK(swept.coverage.at(0).at("clusters").at("unreadable") == 512 * tera - 1_GiB);
    CHECK(swept.result.incomplete);
  }
  SECTION("the extent has empty grain tables") {
    write_text(folder / "extent.vmdk", sparse_extent(tera, volume.bytes()));
    write_text(disk, descriptor(fmt::format("RW {} SPARSE \"extent.vmdk\"\n", tera / 512)));
    const Image image = open_image({disk});
    REQUIRE(image.media->unstored().size() == 1); // all but the first grain
    CHECK(image.media->unstored().front().zeros);
    const Swept swept = run_sweep(disk, kMark, everything());
    require_balanced(swept);
    CHECK(swept.finding("/marked") != nullptr);
    CHECK_FALSE(swept.has_issue("holds none"));
  }
}

TEST_CASE("grain tables that overlap are refused") {
  const TempDir folder;
  std::string extent = sparse_extent(u64{1} << 40, "data");
  const std::string entry = extent.substr(512, 4); // of the first table
  for (u64 table = 1; table < (u64{1} << 40) / (32 << 20); ++table)
    extent.replace(512 + table * 4, 4, entry);
  write_text(folder / "extent.vmdk", extent);
  const std::filesystem::path disk = folder / "disk.vmdk";
  write_text(disk, descriptor(fmt::format("RW {} SPARSE \"extent.vmdk\"\n", (u64{1} << 40) / 512)));
  CHECK_THROWS_WITH(open_image({disk}), Catch::Matchers::ContainsSubstring("they overlap"));
}

TEST_CASE("a volume whose first sector can't be read is swept with the backup boot sector") {
  TinyNtfs volume({});
  volume.record(30, {file_name_attribute(5, utf16_of("marked")),
                     resident_attribute(0x80, 2, {}, "COLDSWEEP_MARK")});
  std::string bytes = volume.bytes();
  bytes += bytes.substr(0, 512);
  const auto source = std::make_shared<FaultySource>(std::make_shared<MemorySource>(bytes));
  source->unreadable(0, 512);
  const VolumeTable table = find_volumes({}, source);
  REQUIRE(table.volumes.size() == 1);
  CHECK(table.volumes.front().filesystem == "ntfs");
  const Swept swept = run_sweep(source, kMark);
  require_balanced(swept);
  CHECK(swept.finding("/marked") != nullptr);
  CHECK(swept.has_issue("the backup boot sector at offset"));
  CHECK(swept.result.incomplete);
}

TEST_CASE("a stop during planning ends the sweep before a case folder is made") {
  TinyNtfs volume({});
  StopFlag stop;
  stop.set();
  const TempDir folder;
  const std::filesystem::path image = write_text(folder / "disk.raw", volume.bytes());
  SweepOptions options;
  options.image = {image};
  options.output = folder / "case";
  CHECK_THROWS_AS(open_evidence(options, stop), Stopped);
  const Evidence evidence = open_evidence(options, StopFlag());
  const BuiltinRuleFile file{"test.yar", kMark};
  const RuleSet rules = RuleSet::load_builtin(std::span(&file, 1), {});
  Progress progress;
  CHECK_THROWS_AS(sweep_image(evidence.image, evidence.volumes, options, rules, {progress, stop}),
                  Stopped);
  CHECK_FALSE(std::filesystem::exists(folder / "case"));
}

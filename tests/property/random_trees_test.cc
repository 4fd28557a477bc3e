// SPDX-License-Identifier: Apache-2.0
// Random images: libntfs-3g writes, we read, icat is the second opinion.
#include "base/hash.h"
#include "base/text.h"
#include "support/catch.h"
#include "support/effort.h"
#include "support/random_tree.h"
#include "support/run_sweep.h"
#include "support/run_tool.h"
#include "support/tsk_oracle.h"

#include <map>
#include <set>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

const u64 kImages = rounds(100);

struct Seen {
  u64 streams = 0, compressed = 0, sparse = 0, fragmented = 0, resident = 0, deleted = 0, named = 0,
      linked = 0, listed = 0, wof = 0, clean = 0;
  void count(const WrittenStream& s) {
    ++streams;
    compressed += s.compressed ? 1 : 0;
    sparse += s.sparse ? 1 : 0;
    fragmented += s.runs > 1 ? 1 : 0;
    resident += s.resident ? 1 : 0;
    deleted += s.allocated ? 0 : 1;
    named += s.stream.empty() ? 0 : 1;
    linked += s.links.empty() ? 0 : 1;
    listed += s.holder != s.record ? 1 : 0;
    wof += s.wof ? 1 : 0;
  }
};

bool has_path(const nlohmann::json& finding, const std::string& path) {
  if (finding.at("path") == path) return true;
  const nlohmann::json& links = finding.at("links");
  return std::find(links.begin(), links.end(), path) != links.end();
}

/// A recipe may write any UTF-16 unit as `\uXXXX`. A manifest does so only for NUL, the backslash,
/// and what UTF-8 can't express.
std::string as_in_manifest(const std::string& spelt) {
  std::string name;
  for (std::size_t at = 0; at < spelt.size();) {
    if (spelt.compare(at, 2, "\\u") != 0) {
      name += spelt[at++];
      continue;
    }
    const auto unit = static_cast<char32_t>(std::stoul(spelt.substr(at + 2, 4), nullptr, 16));
    if (unit == 0 || unit == '\\' || (unit >= 0xD800 && unit <= 0xDFFF))
      name += spelt.substr(at, 6);
    else
      append_utf8(name, unit);
    at += 6;
  }
  return name;
}

/// By ntfs-3g's own judgement.
bool is_clean(const std::filesystem::path& volume) {
  const ToolResult checked = run_tool({"ntfsfix", "-n", volume.string()});
  return checked.status == 0 && checked.out.find("processed successfully") != std::string::npos;
}

void compare(NtfsImage& image, Seen& seen) {
  const Swept swept = run_sweep(image.build(), kEveryStream);
  require_balanced(swept);
  if (is_clean(image.build())) {
    ++seen.clean;
    for (const nlohmann::json& issue : swept.issues) UNSCOPED_INFO(issue.dump());
    CHECK(swept.issues.empty());
    CHECK_FALSE(swept.result.incomplete);
  }
  std::map<std::pair<u64, std::string>, nlohmann::json> findings;
  for (const nlohmann::json& f : swept.findings) findings[{f.at("record"), f.at("stream")}] = f;
  for (const WrittenStream& written : image.contents()) {
    if (written.size == 0 || written.overwritten) continue;
    CAPTURE(written.path, written.stream, written.record);
    const auto found = findings.find({written.record, as_in_manifest(written.stream)});
    REQUIRE(found != findings.end());
    const nlohmann::json& f = found->second;
    CHECK(f.at("size") == written.size);
    CHECK(f.at("allocated") == written.allocated);
    CHECK(f.at("sequence") == written.sequence);
    if (written.allocated) CHECK(has_path(f, "/" + as_in_manifest(written.path)));
    if (!f.at("hashes").at("sha256").is_null())
      CHECK(f.at("hashes").at("sha256") == written.sha256());
    seen.count(written);
  }
}

} // namespace

TEST_CASE("every stream of 100 random images is found as it was written") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  Seen seen;
  for (u64 seed = 1; seed <= kImages; ++seed) {
    CAPTURE(seed);
    NtfsImage image = random_tree(seed);
    compare(image, seen);
  }
  // A generator that no longer makes what it promises proves nothing.
  CHECK(seen.streams > 20 * kImages);
  for (const u64 kind : {seen.compressed, seen.sparse, seen.fragmented, seen.resident, seen.deleted,
                         seen.named, seen.linked, seen.listed})
    CHECK(kind > kImages / 2);
  if (have_tool("ntfsfix")) CHECK(seen.clean > kImages / 2);
  if (can_compress_wof()) CHECK(seen.wof > kImages / 2);
}

TEST_CASE("streams of random images read the same as through icat") {
  if (!can_build_ntfs_images() || !Tsk::available()) SKIP("no ntfs_writer, mkntfs or sleuthkit");
  for (u64 seed = 1001; seed <= 1008; ++seed) {
    CAPTURE(seed);
    NtfsImage image = random_tree(seed);
    const std::filesystem::path path = image.build();
    const Tsk tsk(path);
    // If the record or clusters were reused, each reader may see something else. TSK also does not
    // follow the attribute list of a deleted file.
    std::set<std::pair<u64, std::string>> not_for_icat;
    std::map<std::pair<u64, std::string>, std::string> sha256_as_written;
    for (const WrittenStream& written : image.contents()) {
      if (!written.allocated)
        sha256_as_written[{written.record, as_in_manifest(written.stream)}] = written.sha256();
      if (written.overwritten || (!written.allocated && written.holder != written.record))
        not_for_icat.emplace(written.record, as_in_manifest(written.stream));
    }
    for (const nlohmann::json& f : run_sweep(path, kEveryStream).findings) {
      if (f.at("hashes").at("sha256").is_null()) continue;
      if (f.at("encoding").get<std::string>().starts_with("wof_")) continue; // icat reads zeros
      if (not_for_icat.contains({f.at("record"), f.at("stream")})) continue;
      CAPTURE(f.at("path").get<std::string>(), f.at("stream").get<std::string>(),
              f.at("record").get<u64>());
      const std::optional<std::string> bytes = tsk.read(f.at("record"), f.at("attribute_id"));
      REQUIRE(bytes);
      const std::string& ours = f.at("hashes").at("sha256").get_ref<const std::string&>();
      // icat cuts some deleted streams short: compare those with what was written.
      if (f.at("allocated") == true || sha256_of(*bytes) == ours)
        CHECK(sha256_of(*bytes) == ours);
      else
        CHECK(ours == sha256_as_written[{f.at("record"), f.at("stream")}]);
    }
  }
}

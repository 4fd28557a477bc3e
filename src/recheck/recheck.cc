// SPDX-License-Identifier: Apache-2.0
#include "recheck/recheck.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "content/archive.h"
#include "recheck/media_content.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace coldsweep {
namespace {

namespace fs = std::filesystem;
using report::FindingRow;

constexpr u64 kMostHeld = 1_GiB;

std::string hash_of(const FindingRow& finding, HashKind& kind) {
  kind = !finding.sha256.empty() ? HashKind::sha256
         : !finding.sha1.empty() ? HashKind::sha1
                                 : HashKind::md5;
  return !finding.sha256.empty() ? finding.sha256
         : !finding.sha1.empty() ? finding.sha1
                                 : finding.md5;
}

bool is_end_of_sector(const FindingRow& finding, u64 offset) {
  constexpr u64 kSector = 512;
  for (const report::ExtentRow& extent : finding.extents)
    if (offset >= extent.offset && offset - extent.offset < extent.length)
      return extent.media_offset &&
             (*extent.media_offset + (offset - extent.offset)) % kSector >= kSector - 2;
  return false;
}

class Checker {
public:
  Checker(const report::SealedCase& sealed, const fs::path& case_folder, const Image& image)
      : sealed_(sealed), folder_(case_folder), image_(image) {}

  Rechecked check(const FindingRow& finding) {
    try {
      const report::VolumeRow* volume = sealed_.volume(finding.volume);
      const MediaContent content(image_.media,
                                 volume == nullptr ? 0 : volume->cluster_size.value_or(0));
      const std::string match = differing_match(finding, content);
      if (!match.empty()) return {Recheck::differs, match};
      HashKind kind{};
      const std::string stated = hash_of(finding, kind);
      if (stated.empty())
        return matches_checked_ > 0
                   ? Rechecked{Recheck::confirmed, "its matches; it has no hash"}
                   : Rechecked{Recheck::not_checkable, "it has no hash, and no match in the media"};
      return finding.member ? check_member(finding, content, stated, kind)
                            : check_content(finding, content, stated, kind);
    } catch (const ReadError& e) {
      return {Recheck::not_checkable, fmt::format("offset {}: {}", e.offset, e.what())};
    } catch (const FormatError& e) {
      return {Recheck::differs, e.what()};
    }
  }

private:
  /// Where the bytes that matched stand elsewhere now; empty when they don't.
  std::string differing_match(const FindingRow& finding, const MediaContent& content) {
    matches_checked_ = 0;
    for (const report::MatchRow& match : finding.matches) {
      const u64 shown = match.data.size() / 2;
      std::string found;
      if (match.parts.empty()) {
        if (!match.media_offset) continue;
        found = hex(content.at(*match.media_offset, shown));
      }
      u64 left = shown;
      for (const report::ExtentRow& part : match.parts) {
        if (!part.media_offset) break;
        const u64 length = std::min(left, part.length);
        found += hex(content.at(*part.media_offset, length));
        left -= length;
      }
      if (!match.parts.empty() && left > 0) continue;
      ++matches_checked_;
      if (found != match.data)
        return fmt::format("the match of {} at offset {} (media {}): other bytes stand there",
                           printable(match.id), match.offset, match.media_offset.value_or(0));
    }
    return {};
  }

  Rechecked check_content(const FindingRow& finding, const MediaContent& content,
                          const std::string& stated, HashKind kind) {
    Hasher hasher(kind);
    content.read(finding, [&](ByteView bytes) { hasher.add(bytes); });
    const std::string found = hasher.finish();
    if (found == stated) return {};
    if (finding.kind == "carved" && is_mended(finding, content))
      return {Recheck::confirmed, "but for ends of sectors, which the copy has as NTFS had them"};
    return {Recheck::differs, fmt::format("its content hashes to {}, not to {}", found, stated)};
  }

  /// Content of an old MFT record was judged with the ends of its sectors put back: nothing else may differ.
  bool is_mended(const FindingRow& finding, const MediaContent& content) {
    if (!finding.exported) return false;
    const std::string copy =
        read_text(folder_ / "evidence" / finding.sha256.substr(0, 2) / finding.sha256, kMostHeld);
    u64 at = 0;
    bool only_ends = copy.size() == finding.size;
    content.read(finding, [&](ByteView bytes) {
      for (const std::byte byte : bytes) {
        if (only_ends && byte != static_cast<std::byte>(copy[at]))
          only_ends = is_end_of_sector(finding, finding.within_offset.value_or(0) + at);
        ++at;
      }
    });
    return only_ends;
  }

  Rechecked check_member(const FindingRow& finding, const MediaContent& content,
                         const std::string& stated, HashKind kind) {
    FindingRow archive = finding;
    archive.size =
        finding.extents.empty() ? 0 : finding.extents.back().offset + finding.extents.back().length;
    if (finding.encoding.starts_with("wof"))
      return {Recheck::not_checkable,
              "the size of its archive, which is stored through WOF, isn't stated"};
    if (archive.size > kMostHeld)
      return {Recheck::not_checkable,
              fmt::format("its archive is larger than {} bytes", kMostHeld)};
    std::vector<std::byte> bytes;
    content.read(archive,
                 [&](ByteView piece) { bytes.insert(bytes.end(), piece.begin(), piece.end()); });
    ArchiveBudget budget({}, bytes.size(), std::chrono::seconds(600));
    if (holds_member(bytes, *finding.member, stated, kind, budget)) return {};
    return {Recheck::differs, fmt::format("no member of that name hashes to {}", stated)};
  }

  /// Of several members of one name one must be it.
  static bool holds_member(ByteView content, std::string_view path, const std::string& stated,
                           HashKind kind, ArchiveBudget& budget) {
    bool found = false;
    const std::size_t cut = path.find("!/");
    const std::string_view first = path.substr(0, cut);
    walk_archive(content, archive_kind(content), budget, [&](const ArchiveMember& member) {
      if (found || member.name != first) return;
      if (cut != std::string_view::npos) {
        found = holds_member(member.bytes, path.substr(cut + 2), stated, kind, budget);
        return;
      }
      Hasher hasher(kind);
      hasher.add(member.bytes);
      found = hasher.finish() == stated;
    });
    return found;
  }

  const report::SealedCase& sealed_;
  const fs::path& folder_;
  const Image& image_;
  u64 matches_checked_ = 0;
};

} // namespace

RecheckCounts recheck(const report::SealedCase& sealed, const fs::path& case_folder,
                      const Image& image,
                      const std::function<void(const FindingRow&, const Rechecked&)>& use) {
  if (const u64 stated = sealed.media_size(); image.media->size() != stated)
    throw UsageError(fmt::format("an image of {} bytes, but the case is of one of {}",
                                 image.media->size(), stated));
  RecheckCounts counts;
  Checker checker(sealed, case_folder, image);
  sealed.for_each_finding([&](const FindingRow& finding) {
    const Rechecked result = checker.check(finding);
    ++(result.verdict == Recheck::confirmed ? counts.confirmed
       : result.verdict == Recheck::differs ? counts.differs
                                            : counts.not_checkable);
    use(finding, result);
  });
  return counts;
}

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
#include "recheck/recheck.h"

#include "base/file.h"
#include "base/text.h"
#include "image/known_gaps.h"
#include "recheck/media_content.h"
#include "recheck/member_search.h"
#include "recheck/name_check.h"
#include "recheck/record_check.h"
#include "recheck/rule_check.h"
#include "recheck/stated_hashes.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace coldsweep {
namespace {

using report::FindingRow;

constexpr u64 kMostRecord = 64_KiB;

const std::string kNotCompared = "its MFT record was not compared: ";

bool is_end_of_sector(const FindingRow& finding, u64 offset) {
  constexpr u64 kSector = 512;
  const auto after = std::upper_bound( // MediaContent has made sure of their order
      finding.extents.begin(), finding.extents.end(), offset,
      [](u64 wanted, const report::ExtentRow& extent) { return wanted < extent.offset; });
  if (after == finding.extents.begin()) return false;
  const report::ExtentRow& extent = *std::prev(after);
  return offset - extent.offset < extent.length && extent.media_offset &&
         (*extent.media_offset + (offset - extent.offset)) % kSector >= kSector - 2;
}

/// The media without what could not be read at acquisition: a map of ddrescue says more about a raw
/// image than the image.
SourcePtr as_acquired(const RecheckParts& parts) {
  std::vector<MediaRange> ranges;
  for (const auto& [offset, length] : parts.sealed.acquisition_errors())
    ranges.push_back({offset, length});
  const SourcePtr& media = parts.image.media;
  return with_known_gaps(media, merged_ranges(std::move(ranges), media->size()), "the manifest");
}

/// The result of reading one content, for all findings about it.
struct CheckedContent {
  Rechecked verdict;
  std::optional<std::vector<Finding>> judged; ///< what all rules found in it
  std::string unjudged;                       ///< why the rules were not, or not all, evaluated
};

bool same_content(const FindingRow& a, const FindingRow& b) {
  return report::same_stream(a, b) && a.kind == b.kind && a.within_offset == b.within_offset &&
         a.size == b.size && a.sha1 == b.sha1 && a.md5 == b.md5;
}

class Checker {
public:
  /// `media`: of the image, see as_acquired().
  Checker(const RecheckParts& parts, const SourcePtr& media)
      : parts_(parts), media_(media), records_(parts.sealed, media, parts.limits) {
    if (parts.rules != nullptr) rules_.emplace(*parts.rules, parts.limits.time);
  }

  Rechecked check(const FindingRow& finding) {
    try {
      Rechecked result = checked(finding);
      if (result.verdict == Recheck::differs) return result;
      const Rechecked record = records_.compare(finding);
      if (record.verdict == Recheck::differs) return record;
      if (record.verdict == Recheck::not_checkable)
        result.why += (result.why.empty() ? "" : "; ") + kNotCompared + record.why;
      return result;
    } catch (const RecheckLimit& e) {
      return {Recheck::not_checkable, e.what()};
    } catch (const ReadError& e) {
      return {Recheck::not_checkable, fmt::format("offset {}: {}", e.offset, e.what())};
    } catch (const FormatError& e) {
      return {Recheck::differs, e.what()};
    }
  }

  u64 judged() const { return judged_; }

private:
  Rechecked checked(const FindingRow& finding) {
    const report::VolumeRow* volume = parts_.sealed.volume(finding.volume);
    const MediaContent media(media_, volume == nullptr ? 0 : volume->cluster_size.value_or(0),
                             parts_.limits);
    if (finding.kind == name_of(StreamKind::name)) return check_record(finding, media);
    if (const std::string match = differing_match(finding, media); !match.empty())
      return {Recheck::differs, match};
    if (finding.sha256.empty() && finding.sha1.empty() && finding.md5.empty())
      return matches_checked_ > 0
                 ? Rechecked{Recheck::confirmed, "only its matches: it has no hash"}
                 : Rechecked{Recheck::not_checkable,
                             "it has no hash, and none of its matches is on the media"};
    if (finding.extents_left_out > 0)
      return {Recheck::not_checkable, fmt::format("{} of its extents had no room in the manifest",
                                                  finding.extents_left_out)};
    if (!last_ || !same_content(last_->first, finding)) {
      last_.reset();
      CheckedContent content =
          finding.member ? check_member(finding, media) : check_content(finding, media);
      last_.emplace(finding, std::move(content));
    }
    return with_rule(finding, last_->second);
  }

  Rechecked with_rule(const FindingRow& finding, const CheckedContent& content) {
    if (content.verdict.verdict != Recheck::confirmed || !rules_ || finding.cause.kind != "rule")
      return content.verdict;
    if (!content.judged)
      return {Recheck::confirmed, "its rule was not evaluated: " + content.unjudged};
    if (const std::string why = RuleCheck::differing(finding, *content.judged); !why.empty())
      return content.unjudged.empty()
                 ? Rechecked{Recheck::differs, why}
                 : Rechecked{Recheck::confirmed, "its rule was not evaluated: " + content.unjudged};
    ++judged_;
    return content.verdict;
  }

  void judge(const FindingRow& finding, ByteView bytes, CheckedContent& content,
             std::string_view unpacked_from = {}) {
    if (!rules_) return;
    const report::VolumeRow* volume = parts_.sealed.volume(finding.volume);
    const char drive = volume == nullptr || volume->drive.empty() ? 'C' : volume->drive.front();
    JudgedContent judged = rules_->judge(finding, bytes, {drive, unpacked_from});
    content.judged = std::move(judged.findings);
    content.unjudged = std::move(judged.failure);
  }

  static Rechecked check_record(const FindingRow& finding, const MediaContent& media) {
    std::vector<std::byte> record;
    for (const report::ExtentRow& extent : finding.extents) {
      if (!extent.media_offset) continue;
      if (extent.length > kMostRecord - record.size())
        throw FormatError(fmt::format("its MFT record has more than {} bytes", kMostRecord));
      const std::vector<std::byte> bytes = media.at(*extent.media_offset, extent.length);
      record.insert(record.end(), bytes.begin(), bytes.end());
    }
    if (record.empty()) return {Recheck::not_checkable, "its MFT record is not on the media"};
    return check_name(finding, record);
  }

  /// Says which match has other bytes on the media now; empty if none has.
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
        return fmt::format("the match of {} at offset {} (media {}): the bytes there are different",
                           printable(match.id), match.offset, match.media_offset.value_or(0));
    }
    return {};
  }

  CheckedContent check_content(const FindingRow& finding, const MediaContent& media) {
    CheckedContent content;
    const bool held = rules_ && finding.size <= parts_.limits.held;
    if (!held) content.unjudged = fmt::format("it is larger than {} bytes", parts_.limits.held);
    std::vector<std::byte> bytes;
    std::string why;
    ContentDamage damage;
    for (const u64 unit : media.possible_units(finding)) {
      StatedHashes hashes(finding);
      bytes.clear();
      ContentDamage found = media.read(finding, unit, [&](ByteView piece) {
        hashes.add(piece);
        if (held) bytes.insert(bytes.end(), piece.begin(), piece.end());
      });
      const std::string differing = hashes.differing();
      if (why.empty()) damage = std::move(found);
      if (differing.empty() || why.empty()) why = differing;
      if (why.empty()) break;
    }
    if (!why.empty() && finding.kind == "carved" && finding.exported && is_mended(finding, media)) {
      content.verdict.why =
          "except for the ends of sectors, which the copy has as NTFS restores them";
      const std::string copy = copy_of(finding);
      StatedHashes of_copy(finding);
      of_copy.add(bytes_of(copy));
      why = of_copy.differing();
      bytes.assign(bytes_of(copy).begin(), bytes_of(copy).end());
    }
    if (!why.empty() && !damage.unreadable.empty())
      content.verdict = {Recheck::not_checkable, damage.unreadable};
    else if (!why.empty())
      content.verdict = {Recheck::differs, damage.undecodable.empty() ? why : damage.undecodable};
    else if (held)
      judge(finding, bytes, content);
    return content;
  }

  std::string copy_of(const FindingRow& finding) const {
    return read_text(parts_.case_folder / "evidence" / finding.sha256.substr(0, 2) / finding.sha256,
                     parts_.limits.held);
  }

  /// Content of an old MFT record was scanned with the ends of its sectors restored. Whether the
  /// copy differs from the media only there.
  bool is_mended(const FindingRow& finding, const MediaContent& content) {
    const std::string copy = copy_of(finding);
    u64 at = 0;
    bool only_ends = copy.size() == finding.size;
    content.read(finding, 0, [&](ByteView bytes) {
      for (const std::byte byte : bytes) {
        if (only_ends && byte != static_cast<std::byte>(copy[at]))
          only_ends = is_end_of_sector(finding, finding.within_offset.value_or(0) + at);
        ++at;
      }
    });
    return only_ends;
  }

  CheckedContent check_member(const FindingRow& finding, const MediaContent& media) {
    FindingRow archive = finding;
    archive.size =
        finding.extents.empty() ? 0 : finding.extents.back().offset + finding.extents.back().length;
    CheckedContent content;
    content.verdict.verdict = Recheck::not_checkable;
    if (finding.encoding.starts_with("wof")) {
      content.verdict.why =
          "its archive is compressed through WOF, and the manifest doesn't state its size";
    } else if (archive.size > parts_.limits.held) {
      content.verdict.why = fmt::format("its archive is larger than {} bytes", parts_.limits.held);
    } else {
      std::string limit;
      for (const u64 unit : media.possible_units(archive)) {
        std::vector<std::byte> bytes;
        const ContentDamage damage = media.read(archive, unit, [&](ByteView piece) {
          bytes.insert(bytes.end(), piece.begin(), piece.end());
        });
        if (limit.empty()) limit = damage.unreadable;
        if (find_member_in(bytes, finding, content, limit)) {
          content.verdict = {};
          return content;
        }
      }
      content.verdict =
          limit.empty()
              ? Rechecked{Recheck::differs, "no member of that name has the stated hashes"}
              : Rechecked{Recheck::not_checkable, "not all of its archive was looked at: " + limit};
    }
    return content;
  }

  /// Evaluates the rules on the member if it is found. `limit`: why it may not have been.
  bool find_member_in(ByteView archive, const FindingRow& finding, CheckedContent& content,
                      std::string& limit) {
    Deadline deadline(parts_.limits.time);
    ArchiveBudget budget(parts_.limits.archives, archive.size(), deadline);
    MemberSearch search(budget, [&](ByteView member, const std::string& unpacked_from) {
      StatedHashes hashes(finding);
      hashes.add(member);
      if (!hashes.differing().empty()) return false;
      judge(finding, member, content, unpacked_from);
      return true;
    });
    const bool found = search.find(archive, *finding.member);
    if (limit.empty()) limit = search.limit();
    if (finding.size > budget.limits.member_bytes)
      limit = fmt::format("the member is larger than {} bytes", budget.limits.member_bytes);
    return found;
  }

  const RecheckParts& parts_;
  SourcePtr media_;
  RecordCheck records_;
  std::optional<RuleCheck> rules_;
  std::optional<std::pair<FindingRow, CheckedContent>> last_;
  u64 matches_checked_ = 0, judged_ = 0;
};

} // namespace

RecheckCounts recheck(const RecheckParts& parts,
                      const std::function<void(const FindingRow&, const Rechecked&)>& use) {
  if (const u64 stated = parts.sealed.media_size(); parts.image.media->size() != stated)
    throw UsageError(fmt::format("the image has {} bytes, but that of the case has {}",
                                 parts.image.media->size(), stated));
  RecheckCounts counts;
  Checker checker(parts, as_acquired(parts));
  parts.sealed.for_each_finding([&](const FindingRow& finding) {
    const Rechecked result = checker.check(finding);
    ++(result.verdict == Recheck::confirmed ? counts.confirmed
       : result.verdict == Recheck::differs ? counts.differs
                                            : counts.not_checkable);
    use(finding, result);
  });
  counts.judged = checker.judged();
  return counts;
}

} // namespace coldsweep

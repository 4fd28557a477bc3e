// SPDX-License-Identifier: Apache-2.0
#include "sweep/media_hash.h"

#include "base/hash.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kPiece = 1_MiB;

std::vector<std::pair<std::string, HashKind>> kinds_of(const Image& image, ImageHash wanted) {
  std::vector<std::pair<std::string, HashKind>> kinds;
  if (wanted == ImageHash::none) return kinds;
  if (image.stored_hashes.contains("md5")) kinds.emplace_back("md5", HashKind::md5);
  if (image.stored_hashes.contains("sha1")) kinds.emplace_back("sha1", HashKind::sha1);
  if (wanted == ImageHash::sha256) kinds.emplace_back("sha256", HashKind::sha256);
  return kinds;
}

Issue issue_of(IssueKind kind, std::string message) {
  Issue issue;
  issue.kind = kind;
  issue.stage = "hash";
  issue.message = std::move(message);
  return issue;
}

void compare(const Image& image, MediaHash& result) {
  for (const auto& [name, stored] : image.stored_hashes) {
    const auto computed = result.computed.find(name);
    if (computed == result.computed.end()) continue;
    const bool same = computed->second == stored;
    result.match = result.match.value_or(true) && same;
    if (!same)
      result.issues.push_back(
          issue_of(IssueKind::malformed,
                   fmt::format("the {} of the media is {}, but the image states {}: the image was "
                               "changed after it was acquired, or acquired wrongly",
                               name, computed->second, stored)));
  }
}

MediaHash hash_media(const Image& image, ImageHash wanted, const MediaHashControl& control,
                     const std::atomic<bool>& abandoned) {
  MediaHash result;
  std::vector<std::pair<std::string, Hasher>> hashers;
  for (const auto& [name, kind] : kinds_of(image, wanted)) hashers.emplace_back(name, Hasher(kind));
  if (hashers.empty()) return result;
  const ByteSource& stored = image.stored ? *image.stored : *image.media;
  const u64 size = stored.size();
  control.progress.media_planned = size;
  std::vector<std::byte> piece(std::min(kPiece, size));
  for (u64 at = 0; at < size;) {
    if (control.stop.is_set() || abandoned) return result;
    const MutableBytes part =
        MutableBytes(piece).first(static_cast<std::size_t>(std::min(kPiece, size - at)));
    try {
      stored.read(at, part);
    } catch (const ReadError& e) {
      result.issues.push_back(
          issue_of(IssueKind::unreadable,
                   fmt::format("the media can't be hashed, since it can't be read at offset {}: {}",
                               e.offset, e.what())));
      return result;
    }
    for (auto& [name, hasher] : hashers) hasher.add(part);
    at += part.size();
    control.progress.media_done = at;
  }
  for (auto& [name, hasher] : hashers) result.computed[name] = hasher.finish();
  compare(image, result);
  return result;
}

} // namespace

MediaHashing::MediaHashing(const Image& image, ImageHash wanted, bool beside,
                           const MediaHashControl& control)
    : result_(std::async(beside ? std::launch::async : std::launch::deferred,
                         [this, &image, wanted, control] {
                           return hash_media(image, wanted, control, abandoned_);
                         })) {}

MediaHashing::~MediaHashing() { abandoned_ = true; } // then the future waits for its thread

MediaHash MediaHashing::finish() { return result_.get(); }

} // namespace coldsweep

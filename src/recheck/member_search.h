// SPDX-License-Identifier: Apache-2.0
// Finds a member in an archive by the name that the manifest gives it, without looking at others.
// Used by one thread.
#pragma once

#include "content/archive_walk.h"

#include <functional>
#include <string>
#include <string_view>

namespace coldsweep {

class MemberSearch {
public:
  /// Whether these bytes are those of the member. Several can have the same name.
  /// `unpacked_from`: see unpacked_within().
  using IsMember = std::function<bool(ByteView, const std::string& unpacked_from)>;

  /// `budget` must outlive this object.
  MemberSearch(ArchiveBudget& budget, IsMember is_it) : budget_(budget), is_it_(std::move(is_it)) {}

  /// `name`: as `member` in the manifest, with `!/` between an archive and what is in it.
  bool find(ByteView archive, std::string_view name) { return find(archive, name, {1, ""}); }

  /// Why not all members were looked at; empty if they were. An archive that is damaged was looked
  /// at as far as it can be.
  const std::string& limit() const { return limit_; }

private:
  struct Nesting {
    u32 depth;
    std::string unpacked_from;
  };
  bool find(ByteView archive, std::string_view name, const Nesting& nesting);

  ArchiveBudget& budget_;
  IsMember is_it_;
  std::string limit_;
};

} // namespace coldsweep

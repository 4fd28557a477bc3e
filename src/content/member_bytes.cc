// SPDX-License-Identifier: Apache-2.0
#include "content/member_bytes.h"

#include <utility>

#include <fmt/format.h>

namespace coldsweep {

void MemberBytes::begin(std::string name) {
  name_ = std::move(name);
  bytes_.clear();
  dropped_ = false;
}

bool MemberBytes::append(ByteView more) {
  dropped_ = true;
  if (more.size() > budget_.bytes_left) {
    walk_.limit = fmt::format("it decompresses to more than {} bytes, or to more than {} times "
                              "its size",
                              budget_.limits.total_bytes, budget_.limits.ratio);
    return false;
  }
  budget_.bytes_left -= more.size();
  const u64 size = bytes_.size() + more.size();
  const bool too_large = size > budget_.member_bytes();
  if (!too_large) {
    budget_.make_room(size);
    if (bytes_.append(more)) {
      dropped_ = budget_.out_of_time(walk_);
      return !dropped_;
    }
  }
  u64& count = too_large ? walk_.too_large : walk_.no_memory;
  if (count++ == 0) (too_large ? walk_.first_too_large : walk_.first_without_memory) = name_;
  if (skipping_ == Skipping::costly)
    walk_.limit = too_large
                      ? fmt::format("{} is larger than {} bytes", name_, budget_.member_bytes())
                      : fmt::format("there was no memory for {}", name_);
  return false;
}

void MemberBytes::finish(const UseMember& use, bool may_be_empty) {
  if (!dropped_ && (may_be_empty || bytes_.size() > 0))
    budget_.hand_out({name_, bytes_.view()}, use);
  bytes_.clear();
  budget_.leave_room();
}

} // namespace coldsweep

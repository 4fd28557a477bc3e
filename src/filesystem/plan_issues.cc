// SPDX-License-Identifier: Apache-2.0
#include "filesystem/plan_issues.h"

#include <fmt/format.h>

namespace coldsweep {

void PlanIssues::add(IssueKind kind, std::optional<u64> record, std::string message, u64 bytes) {
  issues_.push_back({.kind = kind,
                     .volume = volume_id_,
                     .record = record,
                     .path = std::nullopt,
                     .stream_name = std::nullopt,
                     .stage = "plan",
                     .message = std::move(message),
                     .bytes = bytes});
}

void PlanIssues::add_of_stream(IssueKind kind, const StreamRef& stream, std::string message,
                               u64 bytes) {
  add(kind, stream.id.record, std::move(message), bytes);
  issues_.back().stream_name = std::string(stream.name);
}

void PlanIssues::note_unreadable(u64 first, u64 count, const std::string& why) {
  if (unreadable_count_ > 0 && unreadable_first_ + unreadable_count_ != first) flush_unreadable();
  if (unreadable_count_ == 0) {
    unreadable_first_ = first;
    unreadable_why_ = why;
  }
  unreadable_count_ += count;
}

void PlanIssues::flush_unreadable() {
  if (unreadable_count_ == 0) return;
  add(IssueKind::unreadable, unreadable_first_,
      fmt::format("MFT records {}-{} can't be read: {}", unreadable_first_,
                  unreadable_first_ + unreadable_count_ - 1, unreadable_why_),
      unreadable_count_ * record_size_);
  unreadable_count_ = 0;
}

} // namespace coldsweep

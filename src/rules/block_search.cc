// SPDX-License-Identifier: Apache-2.0
#include "rules/block_search.h"

#include <algorithm>

namespace coldsweep {
namespace {

/// The index of the record that holds the offset, or of the one before it.
std::size_t record_at(const RecordBlock& block, u64 offset) {
  const auto after =
      std::upper_bound(block.records.begin(), block.records.end(), offset,
                       [](u64 at, const LogRecord& record) { return at < record.offset; });
  return after == block.records.begin()
             ? 0
             : static_cast<std::size_t>(after - block.records.begin()) - 1;
}

} // namespace

int BlockSearch::on_message(YR_SCAN_CONTEXT* context, int message, void* data,
                            void* self) noexcept {
  BlockSearch& that = *static_cast<BlockSearch*>(self);
  park_exceptions(that.parked_, [&] {
    if (message == CALLBACK_MSG_RULE_MATCHING)
      that.take(*context, *static_cast<const YR_RULE*>(data));
    else if (message == CALLBACK_MSG_TOO_MANY_MATCHES)
      that.add_all();
  });
  return that.parked_ ? CALLBACK_ERROR : CALLBACK_CONTINUE;
}

void BlockSearch::add_all() { std::fill(candidates_.begin(), candidates_.end(), u8{1}); }

/// A record has neither the size nor the offsets of the block: only strings count.
bool BlockSearch::may_match(const RecordFilter& filter) const {
  return may_hold(
      filter.formula, [&](u32 string) { return present_[string] != 0; },
      [](u32) { return Answer::unknown; });
}

void BlockSearch::take(const YR_SCAN_CONTEXT& context, const YR_RULE& rule) {
  const auto index = static_cast<std::size_t>(&rule - context.rules->rules_table);
  const RecordFilter& filter = filters_.at(index);
  present_.assign(filter.strings, 0);
  const YR_STRING* string = nullptr;
  yr_rule_strings_foreach((&rule), string) {
    if (context.matches[string->idx].head != nullptr) present_.at(ordinal_of(*string)) = 1;
  }
  if (!may_match(filter)) return; // not even with all of the block together
  find_hits(context, rule);
  for (std::size_t from = 0; from < hits_.size();) {
    std::fill(present_.begin(), present_.end(), u8{0});
    const std::size_t record = hits_[from].record;
    for (; from < hits_.size() && hits_[from].record == record; ++from)
      present_[hits_[from].string] = 1;
    if (may_match(filter)) candidates_.at(record) = 1;
  }
}

void BlockSearch::find_hits(const YR_SCAN_CONTEXT& context, const YR_RULE& rule) {
  hits_.clear();
  const YR_STRING* string = nullptr;
  yr_rule_strings_foreach((&rule), string) {
    const u32 ordinal = ordinal_of(*string);
    for (const YR_MATCH* match = context.matches[string->idx].head; match != nullptr;
         match = match->next) {
      const std::size_t record = record_at(block_, static_cast<u64>(match->base + match->offset));
      if (hits_.empty() || hits_.back() != Hit{record, ordinal}) hits_.push_back({record, ordinal});
    }
  }
  std::sort(hits_.begin(), hits_.end());
}

} // namespace coldsweep

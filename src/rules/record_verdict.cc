// SPDX-License-Identifier: Apache-2.0
#include "rules/record_verdict.h"

#include "base/text.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr std::size_t kMostPerString = 100; // matches kept of one string in one record
constexpr std::size_t kMostPerRecord = 1000;

} // namespace

int RecordVerdict::on_message(YR_SCAN_CONTEXT* context, int message, void* data,
                              void* self) noexcept {
  RecordVerdict& that = *static_cast<RecordVerdict*>(self);
  park_exceptions(that.parked_, [&] {
    if (message == CALLBACK_MSG_RULE_MATCHING)
      that.take(*context, *static_cast<const YR_RULE*>(data));
    else if (message == CALLBACK_MSG_TOO_MANY_MATCHES)
      that.take_flood(*static_cast<const YR_STRING*>(data));
  });
  return that.parked_ ? CALLBACK_ERROR : CALLBACK_CONTINUE;
}

void RecordVerdict::take(const YR_SCAN_CONTEXT& context, const YR_RULE& rule) {
  const RuleRef* ref =
      table_.members.at(static_cast<std::size_t>(&rule - context.rules->rules_table));
  if (ref == nullptr) return;
  std::vector<Match> matches;
  const YR_STRING* string = nullptr;
  yr_rule_strings_foreach((&rule), string) {
    if (!STRING_IS_PRIVATE(string))
      take_string(*ref, *string, context.matches[string->idx], matches);
  }
  std::sort(matches.begin(), matches.end(), [](const Match& a, const Match& b) {
    return std::tie(a.offset, a.id, a.length) < std::tie(b.offset, b.id, b.length);
  });
  if (matches.size() > kMostPerRecord) {
    note_left_out(*ref, "");
    matches.resize(kMostPerRecord);
  }
  hits_.push_back({ref, record_, std::move(matches)});
}

void RecordVerdict::take_string(const RuleRef& ref, const YR_STRING& string,
                                const YR_MATCHES& found, std::vector<Match>& matches) {
  const LogRecord& record = block_.records[record_];
  const ByteView bytes = block_.bytes_of(record);
  std::size_t kept = 0;
  for (const YR_MATCH* match = found.head; match != nullptr; match = match->next) {
    if (kept++ == kMostPerString) {
      note_left_out(ref, string.identifier);
      return;
    }
    const u64 offset = static_cast<u64>(match->base + match->offset);
    const u64 length = static_cast<u64>(match->match_length);
    Match out;
    out.id = is_utf8(string.identifier) ? string.identifier : printable(string.identifier);
    out.offset = block_.stream_offset(record.offset + offset);
    out.length = length;
    show_match(bytes, offset, out);
    matches.push_back(std::move(out));
  }
}

void RecordVerdict::take_flood(const YR_STRING& string) {
  const RuleRef* ref = table_.members.at(string.rule_idx);
  if (ref != nullptr) note_left_out(*ref, string.identifier);
}

void RecordVerdict::note_left_out(const RuleRef& ref, const char* id) {
  truncated_.insert(fmt::format("{}{}{} ({}): matches left out in records with very many", ref.name,
                                *id == '\0' ? "" : ":", id, ref.name_space));
}

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
// libyara's verdict on one record: its callback copies out what it found. One thread. Private to
// rules/.
#pragma once

#include "model/outcome.h"
#include "model/record_block.h"
#include "rules/log_rules.h"
#include "rules/record_hit.h"
#include "rules/yara_handles.h"

#include <exception>
#include <set>
#include <string>
#include <vector>

namespace coldsweep {

class RecordVerdict {
public:
  /// `record`: its index in the block. All outlive the verdict.
  RecordVerdict(const LogTable& table, const RecordBlock& block, std::size_t record,
                std::vector<RecordHit>& hits, std::set<std::string>& truncated)
      : table_(table), block_(block), record_(record), hits_(hits), truncated_(truncated) {}

  static int on_message(YR_SCAN_CONTEXT* context, int message, void* data, void* self) noexcept;

  void rethrow() const {
    if (parked_) std::rethrow_exception(parked_);
  }

private:
  void take(const YR_SCAN_CONTEXT& context, const YR_RULE& rule);
  void take_string(const RuleRef& ref, const YR_STRING& string, const YR_MATCHES& found,
                   std::vector<Match>& matches);
  void take_flood(const YR_STRING& string);
  void note_left_out(const RuleRef& ref, const char* id);

  const LogTable& table_;
  const RecordBlock& block_;
  std::size_t record_;
  std::vector<RecordHit>& hits_;
  std::set<std::string>& truncated_;
  std::exception_ptr parked_;
};

} // namespace coldsweep

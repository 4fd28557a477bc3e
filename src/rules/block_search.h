// SPDX-License-Identifier: Apache-2.0
// Which records of a block are worth a verdict: libyara's callback during the search for the
// strings of all log rules. One thread. Private to rules/.
#pragma once

#include "model/record_block.h"
#include "rules/record_search.h"
#include "rules/yara_handles.h"

#include <exception>
#include <vector>

namespace coldsweep {

class BlockSearch {
public:
  /// Sets the elements of `candidates` to 1 whose records are worth a verdict. All outlive the
  /// search.
  BlockSearch(const std::vector<RecordFilter>& filters, const RecordBlock& block,
              std::vector<u8>& candidates)
      : filters_(filters), block_(block), candidates_(candidates) {}

  static int on_message(YR_SCAN_CONTEXT* context, int message, void* data, void* self) noexcept;

  /// Makes every record a candidate.
  void add_all();
  void rethrow() const {
    if (parked_) std::rethrow_exception(parked_);
  }

private:
  struct Hit {
    std::size_t record;
    u32 string;
    auto operator<=>(const Hit&) const = default;
  };

  void take(const YR_SCAN_CONTEXT& context, const YR_RULE& rule);
  bool may_match(const RecordFilter& filter) const; // by present_
  void find_hits(const YR_SCAN_CONTEXT& context, const YR_RULE& rule);

  const std::vector<RecordFilter>& filters_;
  const RecordBlock& block_;
  std::vector<u8>& candidates_;
  std::vector<u8> present_; // by string
  std::vector<Hit> hits_;   // sorted
  std::exception_ptr parked_;
};

} // namespace coldsweep

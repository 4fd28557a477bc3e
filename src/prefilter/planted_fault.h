// SPDX-License-Identifier: Apache-2.0
// Faults that tests plant in the prefilter, one at a time: the differential test must find each.
#pragma once

#include "base/types.h"

namespace coldsweep {

enum class PlantedFault : u8 {
  none,
  forget_wide,
  forget_nocase,
  forget_xor_keys,
  forget_base64_alignment,
  count_at_least_one_too_many,
  take_or_for_and,
  take_not_for_nothing,
  shift_size_bound,
  swap_byte_order,
  narrow_hex_jump,
  exclude_newline,
  ignore_negation_of_probe,
  forget_rule_reference,
  mistake_none_for_all,
  forget_alternative_of_name,
  cover_one_part_too_few,
  forget_overlap,
  take_head_for_all,
};

} // namespace coldsweep

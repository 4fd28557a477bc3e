// SPDX-License-Identifier: Apache-2.0
// Writes the elements of a JSON array as they come, one per line, so that no report is held in
// memory as a whole. Private to report/.
#pragma once

#include "report/text_forms.h"

namespace coldsweep::report {

class JsonList {
public:
  explicit JsonList(const Output& output) : output_(output) {}

  void add(const Json& element) {
    output_(first_ ? "\n" : ",\n");
    output_(json_text(element));
    first_ = false;
  }

private:
  const Output& output_;
  bool first_ = true;
};

} // namespace coldsweep::report

// SPDX-License-Identifier: Apache-2.0
// The elements of a JSON array, written one a line as they come, so that no report is held as a whole. Private to report/.
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

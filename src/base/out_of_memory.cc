// SPDX-License-Identifier: Apache-2.0
#include "base/out_of_memory.h"

#include <exception>
#include <string_view>

#include <unistd.h>

namespace coldsweep {
namespace {

int status_at_end = 4;

} // namespace

void end_with_message_on_terminate(int status) {
  status_at_end = status;
  std::set_terminate([] {
    constexpr std::string_view kMessage =
        "coldsweep: an error where none can be handled, probably because memory ran out; what is "
        "in the case folder so far is kept\n";
    [[maybe_unused]] const auto written = ::write(2, kMessage.data(), kMessage.size());
    ::_exit(status_at_end);
  });
}

} // namespace coldsweep

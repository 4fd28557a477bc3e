// SPDX-License-Identifier: Apache-2.0
#include "model/stream.h"

namespace coldsweep {

std::string_view name_of(StreamKind kind) {
  switch (kind) {
  case StreamKind::data: return "data";
  case StreamKind::name: return "name";
  case StreamKind::attribute: return "attribute";
  case StreamKind::uninitialized: return "uninitialized";
  case StreamKind::slack: return "slack";
  case StreamKind::mft_slack: return "mft_slack";
  case StreamKind::index_slack: return "index_slack";
  case StreamKind::unallocated: return "unallocated";
  case StreamKind::volume_slack: return "volume_slack";
  case StreamKind::gap: return "gap";
  case StreamKind::carved: return "carved";
  case StreamKind::strings_only: return "strings_only";
  case StreamKind::unattributed: return "unowned";
  }
  return "unknown";
}

std::string_view name_of(Encoding encoding) {
  switch (encoding) {
  case Encoding::plain: return "plain";
  case Encoding::lznt1: return "lznt1";
  case Encoding::wof: return "wof";
  case Encoding::efs: return "efs";
  case Encoding::wof_xpress4k: return "wof_xpress4k";
  case Encoding::wof_xpress8k: return "wof_xpress8k";
  case Encoding::wof_xpress16k: return "wof_xpress16k";
  case Encoding::wof_lzx: return "wof_lzx";
  case Encoding::elsewhere: return "elsewhere";
  }
  return "unknown";
}

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
#include "model/stream.h"

namespace coldsweep {

std::string_view name_of(StreamKind kind) {
  switch (kind) {
  case StreamKind::data: return "data";
  case StreamKind::name: return "name";
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
  }
  return "unknown";
}

} // namespace coldsweep

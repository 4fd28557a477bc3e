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
  }
  return "unknown";
}

} // namespace coldsweep

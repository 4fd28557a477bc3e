// SPDX-License-Identifier: Apache-2.0
#include "filesystem/wof_storage.h"

#include "base/checked.h"
#include "base/endian.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u32 kWofTag = 0x80000017; // IO_REPARSE_TAG_WOF
constexpr u64 kHeader = 8;          // tag, length of the data, reserved
constexpr u32 kWimProvider = 1, kFileProvider = 2;
constexpr u32 kVersion = 1; // of either structure
constexpr std::string_view kStoredName = "wofcompresseddata";

WofReparse unread(std::string why) { return {Encoding::wof, 0, std::move(why)}; }

/// NTFS ignores case in the names of streams.
bool is_stored_name(std::string_view name) {
  const auto same = [](char a, char lower) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == lower;
  };
  return std::equal(name.begin(), name.end(), kStoredName.begin(), kStoredName.end(), same);
}

bool holds_bytes(const FoundStream& stream) {
  return std::any_of(stream.extents.begin(), stream.extents.end(), [&](const Extent& extent) {
    return extent.kind != Extent::Kind::sparse && extent.stream_offset < stream.initialized;
  });
}

/// The extents of the stream that holds the chunks. Past its initialized size it reads as zeros,
/// like any stream.
std::vector<Extent> stored_extents(const FoundStream& stored) {
  std::vector<Extent> extents = slice_extents(stored.extents, 0, stored.initialized);
  if (stored.initialized < stored.size)
    extents.push_back(
        {stored.initialized, 0, stored.size - stored.initialized, Extent::Kind::sparse});
  return extents;
}

} // namespace

std::optional<WofReparse> parse_wof_reparse(ByteView value) {
  if (little<u32>(value, 0) != kWofTag) return std::nullopt;
  const auto field = [&](u64 number) { return little<u32>(value, kHeader + 4 * number); };
  const std::optional<u32> version = field(0), provider = field(1), file_version = field(2),
                           algorithm = field(3);
  if (!provider) return unread(fmt::format("its reparse point has only {} bytes", value.size()));
  if (*version != kVersion) return unread(fmt::format("version {} is not known", *version));
  if (*provider == kWimProvider) return unread("its bytes stand in a WIM file");
  if (*provider != kFileProvider) return unread(fmt::format("provider {} is not known", *provider));
  if (!algorithm) return unread(fmt::format("its reparse point has only {} bytes", value.size()));
  if (*file_version != kVersion)
    return unread(fmt::format("version {} of the file provider is not known", *file_version));
  switch (*algorithm) {
  case 0: return WofReparse{Encoding::wof_xpress4k, 4096, {}};
  case 1: return WofReparse{Encoding::wof_lzx, 32768, {}};
  case 2: return WofReparse{Encoding::wof_xpress8k, 8192, {}};
  case 3: return WofReparse{Encoding::wof_xpress16k, 16384, {}};
  default: return unread(fmt::format("algorithm {} is not known", *algorithm));
  }
}

void store_in_wof(const WofReparse& reparse, std::vector<FoundStream>& streams) {
  const auto main = std::find_if(streams.begin(), streams.end(),
                                 [](const FoundStream& s) { return s.name.empty(); });
  if (main == streams.end()) return;
  const auto stored = std::find_if(streams.begin(), streams.end(),
                                   [](const FoundStream& s) { return is_stored_name(s.name); });
  std::optional<FoundStream> covered;
  if (holds_bytes(*main)) {
    covered = *main;
    covered->stored_attribute = main->attribute; // it will need another id of its own
    covered->system = false;
    covered->problems.clear();
  }

  main->encoding = reparse.encoding;
  main->why_unread = reparse.why_unread;
  main->compression_unit = reparse.chunk;
  main->resident = false;
  main->extents.clear();
  if (is_decoded_wof(reparse.encoding)) {
    main->initialized = main->size;
    if (stored != streams.end() && stored->encoding != Encoding::plain) {
      main->encoding = Encoding::wof;
      main->why_unread = fmt::format("its stream {} is compressed or encrypted", stored->name);
    } else if (stored != streams.end()) {
      main->extents = stored_extents(*stored);
      main->resident = stored->resident;
      main->stored_size = stored->size;
      main->stored_attribute = stored->attribute;
      main->unlike_icat = stored->unlike_icat;
    }
  }
  if (covered) streams.push_back(std::move(*covered));
}

} // namespace coldsweep

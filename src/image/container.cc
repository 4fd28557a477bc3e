// SPDX-License-Identifier: Apache-2.0
#include "image/container.h"

#include "base/endian.h"
#include "base/error.h"
#include "base/text.h"
#include "image/disk_start.h"
#include "image/foreign_container.h"
#include "image/vhd_layout.h"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kHead = 4096;

bool begins(ByteView bytes, std::string_view with) { return has_at(bytes, 0, with); }

/// A part of a disk that is raw by design: `x-flat.vmdk`, `x-f001.vmdk`.
bool is_flat_extent(std::string_view name) {
  if (name.ends_with("-flat.vmdk")) return true;
  constexpr std::string_view like = "-f001.vmdk";
  if (name.size() < like.size()) return false;
  name.remove_prefix(name.size() - like.size());
  return name.starts_with("-f") && name.ends_with(".vmdk") &&
         name.substr(2, 3).find_first_not_of("0123456789") == std::string_view::npos;
}

/// What a name promises to be in the file. Null: nothing.
const char* promise_of(const EvidenceFile& file, std::string_view extension) {
  struct Promise {
    std::string_view extension;
    const char* signature;
  };
  constexpr std::array promises{Promise{".e01", "an EWF signature at offset 0"},
                                Promise{".s01", "an EWF signature at offset 0"},
                                Promise{".ex01", "an EWF2 signature at offset 0"},
                                Promise{".vhd", "a VHD footer in its last 512 bytes"},
                                Promise{".vmdk", "a VMDK header or descriptor at offset 0"},
                                Promise{".vhdx", "a VHDX signature at offset 0"},
                                Promise{".qcow2", "a QCOW2 signature at offset 0"},
                                Promise{".vdi", "a VDI signature at offset 64"},
                                Promise{".aff4", "a ZIP signature at offset 0"}};
  if (is_flat_extent(ascii_lower(file.path().filename().string()))) return nullptr;
  for (const Promise& promise : promises)
    if (extension == promise.extension) return promise.signature;
  return nullptr;
}

/// If the name promises a signature that isn't there, the file is damaged or misnamed. Swept as a
/// raw disk it would yield little or nothing, and the result would look complete, unless a disk
/// begins there.
Classified classify_raw(const EvidenceFile& file, ByteView head, std::string_view extension) {
  const char* promised = promise_of(file, extension);
  if (promised == nullptr) return {};
  if (!begins_like_disk(head))
    throw FormatError(
        fmt::format("{}: {} was expected and is not there: the file ({} bytes) is truncated "
                    "or overwritten; if it is a raw image, give it another name",
                    file.path().string(), promised, file.size));
  return {Container::raw,
          fmt::format("the name ends in {}, but there is not {}; a disk begins at offset 0: read "
                      "as a raw image",
                      extension, promised)};
}

} // namespace

Classified classify(const EvidenceFile& first) {
  const auto head = first.bytes(0, kHead);
  const std::string extension = ascii_lower(first.path().extension().string());
  if (begins(head, "EVF\x09\x0d\x0a\xff\0"sv)) return {Container::ewf};
  if (begins(head, "KDMV") || begins(head, "COWD") || begins(head, "# Disk DescriptorFile"))
    return {Container::vmdk};
  refuse_foreign(first, head, extension);
  if (has_vhd_footer(first)) {
    std::optional<std::string> strange = why_footer_is_strange(first);
    if (strange) return {Container::raw, std::move(*strange)};
    return {Container::vhd};
  }
  return classify_raw(first, head, extension);
}

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
#include "image/container.h"

#include "base/endian.h"
#include "base/error.h"
#include "base/text.h"
#include "image/disk_start.h"
#include "image/vhd_layout.h"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kHead = 4096, kTail = 65536;

struct Unsupported {
  std::string_view signature;
  std::string_view what;
  bool qemu; ///< qemu-img reads it
};

constexpr std::array kUnsupported{
    Unsupported{"QFI\xfb"sv, "a QCOW2 image", true},
    Unsupported{"vhdxfile"sv, "a VHDX image", true},
    Unsupported{"WithoutFreeSpace"sv, "a Parallels image", true},
    Unsupported{"WithouFreSpacExt"sv, "a Parallels image", true},
    Unsupported{"EVF2\r\n\x81\0"sv, "an EWF2 (Ex01) image", false},
    Unsupported{"LEF2\r\n\x81\0"sv, "an EWF2 logical evidence file (Lx01)", false},
    Unsupported{"LVF\t\r\n\xff\0"sv, "an EWF logical evidence file (L01), which holds no disk",
                false},
    Unsupported{"AFF10\r\n\0"sv, "an AFF image", false},
};

bool begins(ByteView bytes, std::string_view with) { return chars_of(bytes).starts_with(with); }

[[noreturn]] void refuse(const EvidenceFile& file, std::string_view what, bool qemu) {
  const std::string name = file.path().string();
  throw UsageError(fmt::format(
      "{}: is {}, which can't be read directly; {}", name, what,
      qemu ? fmt::format("convert it first: qemu-img convert -O raw '{0}' '{0}.raw'", name)
           : std::string("export it as raw or E01 first")));
}

/// A part of a disk that is raw by design: `x-flat.vmdk`, `x-f001.vmdk`.
bool is_flat_extent(std::string_view name) {
  if (name.ends_with("-flat.vmdk")) return true;
  constexpr std::string_view like = "-f001.vmdk";
  if (name.size() < like.size()) return false;
  name.remove_prefix(name.size() - like.size());
  return name.starts_with("-f") && name.ends_with(".vmdk") &&
         name.substr(2, 3).find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_vdi(ByteView head) {
  return begins(head, "<<< ") && little<u32>(head, 64) == u32{0xbeda107f};
}

bool is_aff4(const EvidenceFile& file, ByteView head) {
  if (!begins(head, "PK\x03\x04")) return false;
  const auto tail = file.bytes(saturating_subtract(file.size, kTail), kTail);
  for (const std::string_view part : {"information.turtle"sv, "container.description"sv})
    if (chars_of(head).find(part) != std::string_view::npos ||
        chars_of(tail).find(part) != std::string_view::npos)
      return true;
  return false;
}

/// A compressed file, by signature and name together: a disk may begin with any bytes, but not
/// under such a name.
bool is_packed(ByteView head, std::string_view extension) {
  struct Packed {
    std::string_view signature, extension;
  };
  constexpr std::array packed{Packed{"\x1f\x8b"sv, ".gz"sv},
                              Packed{"\xfd"
                                     "7zXZ"sv,
                                     ".xz"sv},
                              Packed{"BZh"sv, ".bz2"sv},
                              Packed{"\x28\xb5\x2f\xfd"sv, ".zst"sv},
                              Packed{"7z\xbc\xaf\x27\x1c"sv, ".7z"sv},
                              Packed{"PK\x03\x04"sv, ".zip"sv}};
  for (const Packed& kind : packed)
    if (begins(head, kind.signature) && extension == kind.extension) return true;
  return false;
}

void refuse_unsupported(const EvidenceFile& file, ByteView head, std::string_view extension) {
  for (const Unsupported& kind : kUnsupported)
    if (begins(head, kind.signature)) refuse(file, kind.what, kind.qemu);
  if (is_vdi(head)) refuse(file, "a VirtualBox VDI image", true);
  if (is_aff4(file, head)) refuse(file, "an AFF4 image", false);
  if (is_packed(head, extension))
    throw UsageError(
        fmt::format("{}: is a compressed file; unpack it first", file.path().string()));
  if (extension == ".dmg" && file.size >= 512 && begins(file.bytes(file.size - 512, 4), "koly"))
    refuse(file, "an Apple disk image (DMG)", true);
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
  refuse_unsupported(first, head, extension);
  if (has_vhd_footer(first)) {
    std::optional<std::string> strange = why_footer_is_strange(first);
    if (strange) return {Container::raw, std::move(*strange)};
    return {Container::vhd};
  }
  return classify_raw(first, head, extension);
}

} // namespace coldsweep

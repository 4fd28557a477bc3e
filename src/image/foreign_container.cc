// SPDX-License-Identifier: Apache-2.0
// Signatures: of EWF2, L01 and Lx01 from libewf's documentation; of AD1 from AD1-tools; of
// seSparse, QED and Parallels from QEMU's block drivers; of ntfsclone, partclone, WIM (wimlib) and
// AFFLIB from their sources; of tar from POSIX.1-2017, pax.
#include "image/foreign_container.h"

#include "base/checked.h"
#include "base/endian.h"
#include "base/error.h"
#include "base/text.h"

#include <array>
#include <string>

#include <fmt/format.h>

namespace coldsweep {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kTail = 65536;

// What to do. `{0}` is the name of the file.
constexpr std::string_view
    kQemu = "convert it first: qemu-img convert -O raw '{0}' '{0}.raw'",
    kExport = "export it as raw or E01 with the program that made it",
    kFiles = "it holds files, not a disk: extract them, or acquire the disk itself",
    kUnpack = "unpack it first";

struct Foreign {
  u64 offset;
  std::string_view signature, what, advice;
  std::string_view extension = {}; ///< counts only under such a name; empty: under any
};

constexpr std::array kForeign{
    Foreign{0, "QFI\xfb"sv, "a QCOW2 image", kQemu},
    Foreign{0, "QED\0"sv, "a QED image", kQemu},
    Foreign{0, "vhdxfile"sv, "a VHDX image", kQemu},
    Foreign{0, "WithoutFreeSpace"sv, "a Parallels image", kQemu},
    Foreign{0, "WithouFreSpacExt"sv, "a Parallels image", kQemu},
    Foreign{64, "\x7f\x10\xda\xbe"sv, "a VirtualBox VDI image", kQemu},
    Foreign{0, "\xbe\xba\xfe\xca\0\0\0\0"sv, "a VMDK extent of the seSparse format",
            "convert it first, with the descriptor beside it: qemu-img convert -O raw "
            "DESCRIPTOR.vmdk disk.raw"},
    Foreign{0, "EVF2\r\n\x81\0"sv, "an EWF2 (Ex01) image", kExport},
    Foreign{0, "LEF2\r\n\x81\0"sv, "an EWF2 logical evidence file (Lx01)", kFiles},
    Foreign{0, "LVF\t\r\n\xff\0"sv, "an EWF logical evidence file (L01)", kFiles},
    Foreign{0, "ADSEGMENTEDFILE\0"sv, "an AccessData logical image (AD1)", kFiles},
    Foreign{0, "ADCRYPT\0"sv, "an encrypted AccessData image (AD1)",
            "decrypt it with FTK Imager, and export it as raw or E01 if it holds a disk"},
    Foreign{0, "AFF10\r\n\0"sv, "an AFF image",
            "convert it first: affcat '{0}' > '{0}.raw' (AFFLIB)"},
    Foreign{0, "MSWIM\0\0\0"sv, "a Windows image (WIM)", kFiles},
    Foreign{0, "WLPWM\0\0\0"sv, "a Windows image (pipable WIM)", kFiles},
    Foreign{0, "\0ntfsclone-image"sv, "an image of ntfsclone",
            "restore it first: ntfsclone --restore-image --output '{0}.raw' '{0}'"},
    Foreign{0, "partclone-image"sv, "an image of partclone",
            "restore it first: partclone.restore --restore_raw_file --source '{0}' --output "
            "'{0}.raw'"},
    Foreign{0, "sprs"sv, "an Apple sparse disk image",
            "convert it first: hdiutil convert -format UDTO -o disk '{0}'", ".sparseimage"},
    Foreign{0, "\xfe\xef"sv, "a Norton Ghost image", kExport, ".gho"},
    Foreign{0, "\x1f\x8b"sv, "a compressed file", kUnpack, ".gz"},
    Foreign{0, "\x1f\x8b"sv, "a compressed file", kUnpack, ".tgz"},
    Foreign{0, "\xfd\x37zXZ"sv, "a compressed file", kUnpack, ".xz"},
    Foreign{0, "BZh"sv, "a compressed file", kUnpack, ".bz2"},
    Foreign{0, "\x28\xb5\x2f\xfd"sv, "a compressed file", kUnpack, ".zst"},
    Foreign{0, "\x04\x22\x4d\x18"sv, "a compressed file", kUnpack, ".lz4"},
    Foreign{0, "7z\xbc\xaf\x27\x1c"sv, "a compressed file", kUnpack, ".7z"},
    Foreign{0, "PK\x03\x04"sv, "a compressed file", kUnpack, ".zip"},
    Foreign{0, "Rar!\x1a\x07"sv, "a compressed file", kUnpack, ".rar"},
    Foreign{257, "ustar"sv, "an archive", kUnpack, ".tar"},
};

constexpr Foreign kOva{257, "ustar", "an appliance (OVA), which is a tar archive",
                       "unpack it first: tar -xf '{0}'; then name its .vmdk"};
constexpr Foreign kAff4{0, "PK\x03\x04", "an AFF4 image", kExport};
constexpr Foreign kDmg{0, "koly", "an Apple disk image (DMG)", kQemu};

[[noreturn]] void refuse(const EvidenceFile& file, const Foreign& kind) {
  const std::string name = file.path().string();
  throw UsageError(fmt::format("{}: is {}, which can't be read directly; {}", name, kind.what,
                               fmt::format(fmt::runtime(kind.advice), name)));
}

/// The descriptor is the first member of the archive. DMTF DSP0243, "OVF Specification", 5.2.
bool is_ova(ByteView head, std::string_view extension) {
  if (!has_at(head, kOva.offset, kOva.signature)) return false;
  const std::string_view name = chars_of(head.first(100));
  return extension == ".ova" || ascii_lower(name.substr(0, name.find('\0'))).ends_with(".ovf");
}

bool is_aff4(const EvidenceFile& file, ByteView head) {
  if (!has_at(head, kAff4.offset, kAff4.signature)) return false;
  const auto tail = file.bytes(saturating_subtract(file.size, kTail), kTail);
  for (const std::string_view part : {"information.turtle"sv, "container.description"sv})
    if (chars_of(head).find(part) != std::string_view::npos ||
        chars_of(tail).find(part) != std::string_view::npos)
      return true;
  return false;
}

bool is_dmg(const EvidenceFile& file, std::string_view extension) {
  return extension == ".dmg" && file.size >= 512 &&
         has_at(file.bytes(file.size - 512, 4), 0, kDmg.signature);
}

} // namespace

void refuse_foreign(const EvidenceFile& file, ByteView head, std::string_view extension) {
  if (is_aff4(file, head)) refuse(file, kAff4);
  if (is_ova(head, extension)) refuse(file, kOva);
  if (is_dmg(file, extension)) refuse(file, kDmg);
  for (const Foreign& kind : kForeign)
    if (has_at(head, kind.offset, kind.signature) &&
        (kind.extension.empty() || kind.extension == extension))
      refuse(file, kind);
}

std::string qemu_advice(const std::filesystem::path& file) {
  return fmt::format(fmt::runtime(kQemu), file.string());
}

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
// VMDK descriptors: names in other encodings, snapshots, and extents that can't be read.
#include "image/image.h"

#include "unit/image_test_tools.h"

#include <fmt/format.h>

namespace coldsweep {
namespace {

using Catch::Matchers::ContainsSubstring;

struct Flat {
  std::string encoding; ///< as the descriptor declares it; empty: it doesn't
  std::string named;    ///< the extent in the descriptor, in bytes
  std::string on_disk;
};

class FlatDisk {
public:
  explicit FlatDisk(const Flat& flat) : media_(compressible_bytes(1_MiB, 31)) {
    write_file(folder_ / flat.on_disk, media_);
    write_descriptor(flat.encoding.empty() ? "" : fmt::format("encoding=\"{}\"\n", flat.encoding),
                     "ffffffff", fmt::format("RW 2048 FLAT \"{}\" 0", flat.named));
  }
  FlatDisk& write_descriptor(const std::string& more, const std::string& parent,
                             const std::string& extent) {
    write_file(path(), bytes_of(fmt::format("# Disk DescriptorFile\nversion=1\n{}CID=12345678\n"
                                            "parentCID={}\ncreateType=\"monolithicFlat\"\n\n"
                                            "# Extent description\n{}\n",
                                            more, parent, extent)));
    return *this;
  }
  std::filesystem::path path() const { return folder_ / "disk.vmdk"; }
  void check_opens() const {
    const Image image = open_image({path()});
    CHECK(image.problems.empty());
    CHECK((read_all(*image.media) == media_));
  }
  std::string refusal() const {
    return message_of<FormatError>([&] { open_image({path()}); });
  }

private:
  TestFolder folder_;
  Bytes media_;
};

TEST_CASE("the extent of a VMDK is found under the name that the descriptor has in its encoding") {
  const Flat flat =
      GENERATE(Flat{"windows-1252", "B\xFCro-flat.vmdk", "Büro-flat.vmdk"},
               Flat{"WINDOWS-1252", "\x80-flat.vmdk", "€-flat.vmdk"},
               Flat{"windows-1251", "\xC4\xE8\xF1\xEA-flat.vmdk", "Диск-flat.vmdk"},
               Flat{"GBK", "\xB4\xC5\xC5\xCC-flat.vmdk", "磁盘-flat.vmdk"},
               Flat{"Shift_JIS", "\x83\x5C-flat.vmdk", "ソ-flat.vmdk"}, // 5C is a backslash
               Flat{"UTF-8", "Büro-flat.vmdk", "Büro-flat.vmdk"},
               Flat{"windows-1252", "B\xFCro-flat.vmdk", "B\xFCro-flat.vmdk"}, // copied as it is
               Flat{"UTF-8", "B\xFCro-flat.vmdk", "Büro-flat.vmdk"},           // not what it says
               Flat{"", "B\xFCro-flat.vmdk", "Büro-flat.vmdk"},
               Flat{"nonsense", "disk-flat.vmdk", "disk-flat.vmdk"},
               Flat{"UTF-8//IGNORE", "disk-flat.vmdk", "disk-flat.vmdk"});
  CAPTURE(flat.encoding, flat.on_disk);
  FlatDisk(flat).check_opens();
}

TEST_CASE("an extent of a VMDK that is not there is named in UTF-8") {
  CHECK_THAT(FlatDisk({"windows-1252", "B\xFCro-flat.vmdk", "other"}).refusal(),
             ContainsSubstring("Büro-flat.vmdk") && ContainsSubstring("missing"));
  for (const char* name : {"../disk", "/etc/passwd", "C:\\disk", "..", "+AC8-etc+AC8-passwd"})
    for (const char* encoding : {"", "windows-1252", "Shift_JIS", "UTF-7"}) {
      CAPTURE(name, encoding);
      CHECK(FlatDisk({encoding, name, "other"}).refusal() != "no exception");
    }
}

TEST_CASE("a VMDK snapshot is named with its parent and what merges it") {
  FlatDisk disk({"", "disk-flat.vmdk", "disk-flat.vmdk"});
  for (const char* type : {"SPARSE", "VMFSSPARSE", "SESPARSE"}) {
    CAPTURE(type);
    disk.write_descriptor("parentFileNameHint=\"base.vmdk\"\n", "0BADCAFE",
                          fmt::format("RW 2048 {} \"disk-000001-delta.vmdk\"", type));
    CHECK_THAT(disk.refusal(),
               ContainsSubstring("a snapshot (parentCID 0badcafe, parent `base.vmdk`") &&
                   ContainsSubstring("qemu-img convert -O raw"));
  }
}

TEST_CASE("an extent of a VMDK that can't be read is named with what to do") {
  FlatDisk disk({"", "disk-flat.vmdk", "disk-flat.vmdk"});
  disk.write_descriptor("", "ffffffff", "RW 2048 SESPARSE \"disk-sesparse.vmdk\"");
  CHECK_THAT(disk.refusal(),
             ContainsSubstring("SESPARSE") && ContainsSubstring("qemu-img convert -O raw"));
  for (const char* type : {"VMFSRDM", "VMFSRAW", "FULLDEVICE"}) {
    disk.write_descriptor("", "ffffffff", fmt::format("RW 2048 {} \"disk-rdm.vmdk\"", type));
    CHECK_THAT(disk.refusal(), ContainsSubstring(type) && ContainsSubstring("acquire the disk"));
  }
}

} // namespace
} // namespace coldsweep

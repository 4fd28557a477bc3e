// SPDX-License-Identifier: Apache-2.0
#include "support/shared_images.h"

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "support/program.h"
#include "support/run_tool.h"

#include <array>
#include <cstdlib>
#include <system_error>

#include <stdlib.h>

namespace coldsweep::test {
namespace {

namespace fs = std::filesystem;

struct Known {
  const char* name;
  const char* packed;
  const char* tool; ///< the program that unpacks it
};

constexpr std::array kKnown{
    Known{"7-ntfs-undel.dd", "7-ntfs-undel.dd.gz", "gzip"},
    Known{"imageformat_mmls_1.E01", "imageformat_mmls_1.E01", ""},
    Known{"ntfs3.raw", "ntfs3.raw.gz", "gzip"},
    Known{"vss_1_vol.raw", "vss_1_vol.tar.gz", "tar"},
    Known{"vsstest.raw", "vsstest.qcow2", "qemu-img"},
    Known{"windows_volume.raw", "windows_volume.qcow2", "qemu-img"},
};

/// Unpacks to a sparse file: one of the images is 5 GB that are nearly all zeros.
constexpr const char* kUnpackGzip =
    R"(gzip -dc "$1" | dd of="$2" bs=1M conv=sparse iflag=fullblock status=none)";
constexpr const char* kUnpackTar =
    R"(tar -xzOf "$1" | dd of="$2" bs=1M conv=sparse iflag=fullblock status=none)";

std::vector<std::string> command_of(const SharedImage& image, const fs::path& raw) {
  const std::string packed = image.packed.string();
  if (packed.ends_with(".qcow2")) return {"qemu-img", "convert", "-O", "raw", packed, raw.string()};
  return {"sh", "-c",   packed.ends_with(".tar.gz") ? kUnpackTar : kUnpackGzip,
          "sh", packed, raw.string()};
}

fs::path unpack_into(const SharedImage& image, const fs::path& folder) {
  fs::path raw = folder / image.name;
  must_run(command_of(image, raw));
  return raw;
}

/// Everything that decides the unpacked bytes: the packed ones, and the command.
std::string recipe_of(const SharedImage& image) {
  std::string recipe = read_text(image.packed);
  for (const std::string& word : command_of(image, image.name)) recipe += '\0' + word;
  return sha256_of(recipe);
}

} // namespace

std::optional<fs::path> shared_folder(const std::string& name) {
  const char* const given = std::getenv("COLDSWEEP_SHARED");
  const fs::path folder =
      (given ? fs::path(given) : fs::path(COLDSWEEP_SOURCE_DIR).parent_path() / "shared") / name;
  if (!fs::is_directory(folder)) return std::nullopt;
  return folder;
}

std::vector<SharedImage> shared_images() {
  std::vector<SharedImage> found;
  const std::optional<fs::path> folder = shared_images_folder();
  if (!folder) return found;
  for (const Known& known : kKnown) {
    SharedImage image{known.name, *folder / known.packed,
                      *folder / "oracles" / (std::string(known.name) + ".jsonl")};
    const bool unpackable = *known.tool == '\0' || have_tool(known.tool);
    if (unpackable && fs::exists(image.packed) && fs::exists(image.oracle))
      found.push_back(std::move(image));
  }
  return found;
}

std::optional<SharedImage> shared_image(const std::string& name) {
  for (SharedImage& image : shared_images())
    if (image.name == name) return std::move(image);
  return std::nullopt;
}

fs::path unpack(const SharedImage& image, const TempDir& into) {
  const std::string packed = image.packed.string();
  if (packed.ends_with(".E01")) return image.packed;
  const char* const cache = std::getenv("COLDSWEEP_TEST_INPUTS");
  if (!cache) return unpack_into(image, into.path());
  const fs::path folder = fs::path(cache) / recipe_of(image);
  if (!fs::exists(folder)) {
    std::string made = (fs::path(cache) / "making-XXXXXX").string();
    if (!::mkdtemp(made.data())) throw Error("no folder for unpacked images: " + made);
    unpack_into(image, made);
    std::error_code there_already; // another test was faster: the same bytes
    fs::rename(made, folder, there_already);
    if (there_already) fs::remove_all(made);
  }
  return folder / image.name;
}

std::string remembered(const SharedImage& image, const std::string& recipe,
                       const std::function<std::string()>& make) {
  const char* const cache = std::getenv("COLDSWEEP_TEST_INPUTS");
  if (!cache) return make();
  const fs::path file = fs::path(cache) / sha256_of(recipe + '\0' + read_text(image.packed));
  if (!fs::exists(file)) {
    const TempDir folder;
    fs::copy_file(write_text(folder / "made", make()), file.string() + ".part",
                  fs::copy_options::overwrite_existing);
    fs::rename(file.string() + ".part", file);
  }
  return read_text(file);
}

} // namespace coldsweep::test

// SPDX-License-Identifier: Apache-2.0
// Images that others made, with oracles, where they lie beside the checkout (../shared/images, or
// $COLDSWEEP_SHARED/images). None of them belongs to the project: tests skip where they are absent.
#pragma once

#include "support/temp_dir.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace coldsweep::test {

/// The folder of images; absent when there is none.
std::optional<std::filesystem::path> shared_images_folder();

struct SharedImage {
  std::string name;             ///< of the oracle, such as `7-ntfs-undel.dd`
  std::filesystem::path packed; ///< as it lies there
  std::filesystem::path oracle; ///< for load_oracle()
};

/// All images with an oracle that can be unpacked with the programs of this machine; none where the
/// folder is absent.
std::vector<SharedImage> shared_images();
/// The image of that name; absent when it isn't there.
std::optional<SharedImage> shared_image(const std::string& name);

/// Makes a file coldsweep opens: itself for E01, raw otherwise. It is in `into`, or, with
/// $COLDSWEEP_TEST_INPUTS, in a folder there that all tests share. It must not be written to.
std::filesystem::path unpack(const SharedImage& image, const TempDir& into);

} // namespace coldsweep::test

// SPDX-License-Identifier: Apache-2.0
// Third-party images with oracles, if they are beside the checkout (../shared/images, or
// $COLDSWEEP_SHARED/images). They are not part of the project: tests are skipped without them.
#pragma once

#include "support/temp_dir.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace coldsweep::test {

/// A folder of the shared data, such as `cases/content`; absent if there is none.
std::optional<std::filesystem::path> shared_folder(const std::string& name);
inline std::optional<std::filesystem::path> shared_images_folder() {
  return shared_folder("images");
}

struct SharedImage {
  std::string name;             ///< of the oracle, such as `7-ntfs-undel.dd`
  std::filesystem::path packed; ///< as stored in the folder
  std::filesystem::path oracle; ///< for load_oracle()
};

/// All images with an oracle that this machine's programs can unpack; none if the folder is absent.
std::vector<SharedImage> shared_images();
/// The image of that name, if it is there.
std::optional<SharedImage> shared_image(const std::string& name);

/// A file that coldsweep can open: the image itself for E01, raw otherwise. It is in `into`, or, if
/// $COLDSWEEP_TEST_INPUTS is set, in a folder there that all tests share. Don't write to it.
std::filesystem::path unpack(const SharedImage& image, const TempDir& into);

/// What `make` says about the image. With $COLDSWEEP_TEST_INPUTS, `make` is called once for each
/// `recipe`, which has to name everything else that the answer depends on.
std::string remembered(const SharedImage& image, const std::string& recipe,
                       const std::function<std::string()>& make);

} // namespace coldsweep::test

// SPDX-License-Identifier: Apache-2.0
// Hashes the whole media, and compares the hashes with those that the image stores. Runs in its own
// thread beside the sweep, or within finish() if the sweep has no threads.
#pragma once

#include "base/stop.h"
#include "image/image.h"
#include "model/case_record.h"
#include "model/options.h"
#include "sweep/progress.h"

#include <atomic>
#include <future>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace coldsweep {

struct MediaHash {
  std::map<std::string, std::string> computed; ///< md5, sha1, sha256; those computed
  std::optional<bool> match;                   ///< absent if nothing could be compared
  std::vector<Issue> issues;                   ///< of stage `hash`
};

struct MediaHashControl {
  const StopFlag& stop;
  Progress& progress;
};

class MediaHashing {
public:
  /// Begins at once if `beside`, else in finish(). `image` and what `control` refers to must
  /// outlive this object.
  MediaHashing(const Image& image, ImageHash wanted, bool beside, const MediaHashControl& control);
  ~MediaHashing();
  MediaHashing(const MediaHashing&) = delete;
  MediaHashing& operator=(const MediaHashing&) = delete;

  /// Waits for the end. The result is meaningless after a stop. Call it once.
  MediaHash finish();

private:
  std::atomic<bool> abandoned_{false};
  std::future<MediaHash> result_;
};

} // namespace coldsweep

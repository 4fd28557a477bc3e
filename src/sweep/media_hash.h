// SPDX-License-Identifier: Apache-2.0
// The whole media, read in order -> its hashes, and whether they are those that the image stores. Runs in a thread of its
// own beside the sweep, or where it is asked for when the sweep has no threads.
#pragma once

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
  std::map<std::string, std::string> computed; ///< md5, sha1, sha256; empty: none was
  std::optional<bool> match;                   ///< absent where nothing could be compared
  std::vector<Issue> issues;                   ///< of stage `hash`
};

struct MediaHashControl {
  const std::atomic<bool>& stop;
  Progress& progress;
};

class MediaHashing {
public:
  /// Begins at once when `beside`, else with finish(). `image` and what `control` refers to must outlive this object.
  MediaHashing(const Image& image, ImageHash wanted, bool beside, const MediaHashControl& control);
  ~MediaHashing();
  MediaHashing(const MediaHashing&) = delete;
  MediaHashing& operator=(const MediaHashing&) = delete;

  /// Waits for the end. Says nothing of use after a stop. Once.
  MediaHash finish();

private:
  std::atomic<bool> abandoned_{false};
  std::future<MediaHash> result_;
};

} // namespace coldsweep

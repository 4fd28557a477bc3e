// SPDX-License-Identifier: GPL-2.0-or-later
// Makes the image file and formats it with mkntfs.
#pragma once

#include "content.h"

namespace ntfs_writer {

/// Keys of the step: size; cluster, mft_record (1024, or 4096 with sectors of 4096), label,
/// start_sector.
void format_image(const std::string& image, const Json& step);

} // namespace ntfs_writer

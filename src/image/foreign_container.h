// SPDX-License-Identifier: Apache-2.0
// Formats that are recognised, but not read: what they are, and what makes an image of them that
// can be swept.
#pragma once

#include "image/evidence_file.h"

#include <string_view>

namespace coldsweep {

/// Throws UsageError if the file is in such a format. `head` is its first 4 KiB, `extension` that
/// of its name, in lower case: some signatures are short or are found on disks too, and only count
/// under the name that belongs to them.
void refuse_foreign(const EvidenceFile& file, ByteView head, std::string_view extension);

/// The advice for a format that qemu-img reads.
std::string qemu_advice(const std::filesystem::path& file);

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
// Parts of zip files, to put together files that no archiver writes. Members are stored. Any
// thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace coldsweep::test {

struct ZipPart {
  std::string name, content;
  unsigned external_attributes = 0; ///< 0x10: a folder of DOS; 0xA1FF0000: a symbolic link of Unix
};

/// A local header and its data.
std::string zip_local(const ZipPart& member);
/// A central directory entry for the local header at `offset`.
std::string zip_central(const ZipPart& member, std::size_t offset);
/// The end record of a directory of `entries` entries at `offset`.
std::string zip_end_record(std::size_t entries, std::size_t size, std::size_t offset);
/// All of it.
std::string make_zip(const std::vector<ZipPart>& members);

} // namespace coldsweep::test

// SPDX-License-Identifier: Apache-2.0
// Archives made at test time, by libarchive. Any thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace coldsweep::test {

using Members = std::vector<std::pair<std::string, std::string>>; ///< name and content

/// `format` as `bsdtar --format` takes it: zip, 7zip, ustar, pax, iso9660, raw; `filter`: none,
/// gzip, bzip2, xz, zstd. With a password the zip is encrypted. Throws Error with libarchive's
/// message.
std::string make_archive(const std::string& format, const Members& members,
                         const std::string& filter = "none", const std::string& password = {});

/// A zip of very many empty, stored members. Written here, since libarchive would keep them all in
/// memory.
std::string make_zip_of_empty_members(std::size_t members);

} // namespace coldsweep::test

// SPDX-License-Identifier: Apache-2.0
// Archives in formats that libarchive can read but not write, and one that no archiver makes. Any
// thread.
#pragma once

#include "support/archive_writer.h"

namespace coldsweep::test {

/// Members stored uncompressed, in one folder ([MS-CAB], 2).
std::string make_cab(const Members& members);

/// Members stored uncompressed, as RAR 4 or RAR 5.
std::string make_rar4(const Members& members);
std::string make_rar5(const Members& members);

/// A gzip file that decompresses to itself, with the right CRC-32. Built as Russ Cox describes in
/// "Zip Files All The Way Down" (2010).
std::string make_gzip_quine();

} // namespace coldsweep::test

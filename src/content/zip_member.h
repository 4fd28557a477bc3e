// SPDX-License-Identifier: Apache-2.0
// The data of a zip file's member -> its bytes. Any thread. Private to content/.
#pragma once

#include "base/deadline.h"
#include "content/decompress.h"
#include "content/zip_directory.h"

namespace coldsweep {

/// Whether decode_zip_member() has a decoder for the method. Others are libarchive's business.
bool decodes_zip_method(u16 method);

/// `data` is what the member may consist of: at most its stated size, if one is stated.
Decoded decode_zip_member(const ZipEntry& entry, ByteView data, const Deadline& deadline,
                          const TakeBytes& take);

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
// What Windows' "compact /exe" would store, made with libwim's compressors, and what libwim
// decompresses a chunk to. Debian's libwim is under the GPL, so it runs as a separate program
// (samples/ntfs_writer/wim_codec.cc). Any thread.
#pragma once

#include "base/types.h"
#include "model/stream.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace coldsweep::test {

inline constexpr std::array kWofKinds{Encoding::wof_xpress4k, Encoding::wof_xpress8k,
                                      Encoding::wof_xpress16k, Encoding::wof_lzx};

/// Whether the program was built. Otherwise tests that need it are skipped.
bool can_compress_wof();

/// The algorithm's number in a reparse point.
u32 wof_algorithm(Encoding kind);
std::size_t wof_chunk(Encoding kind);

struct WofJob {
  enum class Task : char { compress = 'c', decompress = 'd' };
  Task task = Task::compress;
  Encoding kind = Encoding::wof_xpress4k;
  std::string bytes;
  std::size_t size = 0; ///< to decompress: the decompressed size
  u32 level = 0;        ///< to compress: 1 to 100; 0 for libwim's default
};

/// One run for all jobs. Absent if a chunk does not shrink, or can't be decompressed.
std::vector<std::optional<std::string>> run_wim_codec(const std::vector<WofJob>& jobs);

/// The chunks of a file, each compressed, or raw if it does not shrink.
std::vector<std::string> wof_chunks(Encoding kind, const std::string& content, u32 level = 0);
/// The table and the chunks: what the stream WofCompressedData holds.
std::string wof_stored(const std::vector<std::string>& chunks);

} // namespace coldsweep::test

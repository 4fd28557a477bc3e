// SPDX-License-Identifier: Apache-2.0
// A stream -> the bytes that Windows would read, window by window, and which of them are stored,
// zero by definition, or unreadable. One StreamReader per thread; the budget is shared.
#pragma once

#include "content/budget.h"
#include "content/buffer.h"
#include "content/wof.h"
#include "filesystem/extents.h"
#include "model/stream.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace coldsweep {

/// A range of a stream that is read and scanned in one go.
struct Window {
  u64 offset = 0, length = 0;
  u64 shared_tail = 0; ///< bytes at the end that another window begins with
  u64 own() const { return length - shared_tail; }
};

struct WindowPlan {
  std::vector<Window> windows;
  bool whole = true; ///< the stream is one window; else it has several or none
  // What lies outside of the windows:
  u64 sparse = 0;       ///< zero by definition
  u64 missing = 0;      ///< bytes without a known cluster or a usable chunk table
  std::string damage{}; ///< why the chunk table can't be used
};

/// A stream is one window, unless it is mostly holes: then each stored range is a window, so that
/// sparse terabytes cost nothing. A large stream that is all holes has no window. A stream that
/// decompresses to far more than is stored has several windows. Raw space and large system streams
/// are cut into windows that overlap.
WindowPlan plan_windows(const StreamRef& stream);

struct LoadedWindow {
  ByteView bytes;                  ///< valid until the reader's next load
  std::vector<Gap> gaps;           ///< unreadable, in stream offsets; zeros in `bytes`
  std::vector<std::string> damage; ///< compressed units or chunks that can't be decompressed
  u64 sparse = 0;      ///< bytes that are zero by definition: holes, and past the initialized size
  u64 unreadable = 0;  ///< sum of the gaps
  u64 undecodable = 0; ///< of these: could be read, but not decompressed
};

struct ContentLimits {
  u64 in_memory = 256_MiB; ///< larger windows are spooled
  u64 kept = 8_MiB;        ///< a thread's buffer keeps its pages up to this size
  std::filesystem::path spool_folder;
};

class StreamReader {
public:
  StreamReader(ByteBudget& budget, ContentLimits limits);

  /// Throws Error if there is no room for the window in memory or in the spool folder.
  LoadedWindow load(const ByteSource& source, const StreamRef& stream, const Window& window);
  /// Frees what the last window took.
  void release();

private:
  friend class StreamPieces;
  void read(const ByteSource& source, const StreamRef& stream, u64 offset, MutableBytes into,
            LoadedWindow& loaded);

  ByteBudget* budget_;
  ContentLimits limits_;
  ReusedBuffer buffer_, unit_;
  WofDecoder wof_;
  std::optional<Spool> spool_;
  ByteBudget::Lease lease_;
};

/// Reads a window piece by piece, from first to last. A piece stays in the processor's cache. The
/// reader must not load anything else meanwhile.
class StreamPieces {
public:
  StreamPieces(StreamReader& reader, const ByteSource& source, const StreamRef& stream,
               const Window& window)
      : reader_(reader), source_(source), stream_(stream), window_(window) {}

  /// The next piece. It begins with the last `overlap` bytes of the previous one, or with all of it
  /// if that is shorter. Empty at the end. Valid until the next call.
  ByteView next(u64 overlap);
  /// What has been read so far, as if it had been loaded at once, except that its gaps are cut
  /// where pieces end.
  const LoadedWindow& so_far() const { return so_far_; }

private:
  StreamReader& reader_;
  const ByteSource& source_;
  const StreamRef& stream_;
  Window window_;
  u64 done_ = 0;
  ByteView last_;
  LoadedWindow so_far_;
};

/// Where the `length` bytes at `offset` of the stream are in the media; the place of the first byte
/// if they span extents. Absent if any of them is not stored as it reads.
std::optional<u64> media_offset(const ByteSource& source, const StreamRef& stream, u64 offset,
                                u64 length);

} // namespace coldsweep

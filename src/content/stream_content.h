// SPDX-License-Identifier: Apache-2.0
// A stream -> the bytes that Windows would read, window by window, with what they are: stored, zeros by definition, or
// unreadable. One StreamReader a thread; the budget is shared.
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

/// A range of a stream that is scanned as one piece.
struct Window {
  u64 offset = 0, length = 0;
  u64 shared_tail = 0; ///< of `length`: another window begins with it
  u64 own() const { return length - shared_tail; }
};

struct WindowPlan {
  std::vector<Window> windows;
  bool whole =
      true; ///< one window that is the stream; else its stored ranges one by one, or pieces
  // What lies outside of the windows:
  u64 sparse = 0;       ///< zero by definition
  u64 missing = 0;      ///< bytes that no cluster is known for, or that no chunk can be known for
  std::string damage{}; ///< why no chunk can be known
};

/// A stream is one window, unless it is mostly holes: then its stored ranges are windows of their own, so that sparse
/// terabytes cost nothing. A stream of holes alone has no window when it is large. Nor is a stream that decompresses to
/// far more than is stored held as one. Raw space and system streams are cut into pieces that overlap.
WindowPlan plan_windows(const StreamRef& stream);

struct LoadedWindow {
  ByteView bytes;                  ///< valid until the reader's next load
  std::vector<Gap> gaps;           ///< unreadable, in stream offsets; zeros in `bytes`
  std::vector<std::string> damage; ///< compressed units or chunks that can't be decompressed
  u64 sparse = 0;     ///< bytes that are zero by definition: holes, and past the initialized size
  u64 unreadable = 0; ///< sum of the gaps
};

struct ContentLimits {
  u64 in_memory = 256_MiB; ///< larger windows are spooled
  u64 kept = 8_MiB;        ///< a thread's buffer keeps its pages up to this size
  std::filesystem::path spool_folder;
};

class StreamReader {
public:
  StreamReader(ByteBudget& budget, ContentLimits limits);

  /// Throws Error when there is no room for the window in memory or in the spool folder.
  LoadedWindow load(const ByteSource& source, const StreamRef& stream, const Window& window);
  /// Gives back what the last window took.
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

/// A window in pieces that stay in the processor's cache, first to last. The reader must not load anything meanwhile.
class StreamPieces {
public:
  StreamPieces(StreamReader& reader, const ByteSource& source, const StreamRef& stream,
               const Window& window)
      : reader_(reader), source_(source), stream_(stream), window_(window) {}

  /// The next bytes, behind the last `overlap` of those before, or as many as there were; empty at the end. Valid until the
  /// next call.
  ByteView next(u64 overlap);
  /// What the bytes so far are, as if they had been loaded at once; but its gaps are cut at pieces.
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

/// Where the `length` bytes at `offset` of the stream stand in the media as they are; the first byte's place where they
/// straddle extents. Absent when any of them is not stored as it reads.
std::optional<u64> media_offset(const ByteSource& source, const StreamRef& stream, u64 offset,
                                u64 length);

} // namespace coldsweep

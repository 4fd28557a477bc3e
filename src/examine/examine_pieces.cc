// SPDX-License-Identifier: Apache-2.0
// Most large streams match nothing. They are read and searched in pieces that fit the processor's
// cache: holding them whole would double the cost, for fresh pages and for memory that is read
// twice.
#include "base/hash.h"
#include "content/archive_kind.h"
#include "content/carriers.h"
#include "content/log_kind.h"
#include "examine/examination.h"
#include "examine/hash_check.h"
#include "examine/stream_examiner.h"
#include "examine/virtual_directories.h"

#include <utility>

namespace coldsweep {
namespace {

constexpr u64 kWorthPieces = 1_MiB;

/// Looks at piece after piece until one says whether the content is a log.
class LogSearch {
public:
  explicit LogSearch(std::string_view path) : path_(path) {}

  /// Whether this piece, or one before it, is that of a log.
  bool found_in(ByteView piece) {
    if (!open_) return found_;
    found_ = log_kind(path_, piece).has_value();
    open_ = !found_ && may_become_log(path_, piece);
    return found_;
  }
  bool found() const { return found_; }

private:
  std::string_view path_;
  bool open_ = true, found_ = false;
};

} // namespace

/// Whether no rule, hash or log format can match a large stream. It was then read in pieces and is
/// accounted for. False means that it must be read whole to find out.
bool StreamExaminer::pass_in_pieces(Examination& work, const Window& window) {
  if (window.length <= kWorthPieces || options_.prefiltering == Prefiltering::off ||
      is_iis_configuration(work.described().path, work.stream.name) ||
      log_kind_needs_all(work.described().path))
    return false;
  name_content(work);
  StreamPieces pieces(reader_, *work.volume.source, work.stream, window);
  bool out_of_time = false;
  const auto next_piece = [&](u64 overlap) {
    out_of_time = work.deadline.passed();
    if (out_of_time) return ByteView();
    const Deadline::Pause reading(work.deadline);
    return pieces.next(overlap);
  };
  HashesOf hashes(work.hashes, lookup_ ? options_.hash_sets->kinds() : HashKinds{});
  try {
    ByteView head = next_piece(0);
    if (options_.archives && archive_kind(head) != ArchiveKind::none) return false;
    LogSearch log(work.described().path);
    if (log.found_in(head)) return false;
    CarrierSearch carriers(window.length);
    bool may_carry = options_.archives && carriers.may_carry(head);
    for (Externals& name : work.externals) name.filetype = file_type_label(head);
    hashes.add(head);
    const auto next = [&](u64 overlap) {
      if (!head.empty()) return std::exchange(head, {});
      const ByteView piece = next_piece(overlap);
      const ByteView more = piece.subspan(std::min<u64>(overlap, piece.size()));
      hashes.add(more);
      may_carry = may_carry || (options_.archives && carriers.may_carry(more));
      return may_carry || log.found_in(more) ? ByteView() : piece;
    };
    if (may_carry || !scanner_.rules_out(window.length, work.externals, next) || out_of_time ||
        may_carry || log.found())
      return false;
  } catch (const Error&) {
    return false; // reported where the stream is read whole
  }
  const LoadedWindow& read = pieces.so_far();
  if (!read.gaps.empty() || !read.damage.empty()) return false;
  if (lookup_) {
    hashes.finish_into(work.hashes);
    if (!judge_stream(work, tools(work), true).empty()) return false;
  }
  work.outcome.bytes.sparse += read.sparse;
  work.outcome.bytes.scanned += window.length - read.sparse;
  return true;
}

} // namespace coldsweep

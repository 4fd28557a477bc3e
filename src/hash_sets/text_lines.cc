// SPDX-License-Identifier: Apache-2.0
#include "hash_sets/text_lines.h"

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <lzma.h>

namespace coldsweep {
namespace {

constexpr std::size_t kPiece = 256 << 10;
constexpr std::size_t kLongestLine = 64 << 10;
constexpr u64 kDecoderMemory = 256_MiB; // `xz -9` takes 65 MiB
constexpr std::string_view kXzMagic{"\xFD"
                                    "7zXZ\0",
                                    6};

/// The bytes of a file or of memory in order; hashes them on the way.
class RawBytes {
public:
  RawBytes(std::optional<File> file, std::string_view memory)
      : file_(std::move(file)), memory_(memory), size_(file_ ? file_->size() : memory.size()) {}

  /// Empty at the end.
  std::string_view next() {
    const std::size_t length = std::min<u64>(kPiece, size_ - position_);
    std::string_view piece = memory_.substr(std::min<u64>(position_, memory_.size()), length);
    if (file_ && length > 0) {
      buffer_.resize(length);
      file_->read(position_, std::as_writable_bytes(std::span(buffer_)));
      piece = buffer_;
    }
    position_ += length;
    hasher_.add(piece);
    return piece;
  }
  u64 size() const { return size_; }
  std::string sha256() {
    while (!next().empty()) {
    }
    return hasher_.finish();
  }

private:
  std::optional<File> file_;
  std::string_view memory_;
  u64 size_ = 0, position_ = 0;
  std::string buffer_;
  Hasher hasher_{HashKind::sha256};
};

class XzDecoder {
public:
  explicit XzDecoder(std::string label) : label_(std::move(label)) {
    if (lzma_stream_decoder(&stream_, kDecoderMemory, LZMA_CONCATENATED) != LZMA_OK)
      throw Error("liblzma could not be set up");
  }
  ~XzDecoder() { lzma_end(&stream_); }
  XzDecoder(const XzDecoder&) = delete;
  XzDecoder& operator=(const XzDecoder&) = delete;

  /// Decompresses until there is output or the input ends; `refill` returns more input, and nothing
  /// at its end.
  template <typename F> std::string_view next(F&& refill) {
    output_.resize(kPiece);
    stream_.next_out = reinterpret_cast<u8*>(output_.data());
    stream_.avail_out = output_.size();
    while (!done_ && stream_.avail_out == output_.size()) {
      if (stream_.avail_in == 0 && !input_ended_) {
        const std::string_view input = refill();
        input_ended_ = input.empty();
        stream_.next_in = reinterpret_cast<const u8*>(input.data());
        stream_.avail_in = input.size();
      }
      const lzma_ret status = lzma_code(&stream_, input_ended_ ? LZMA_FINISH : LZMA_RUN);
      if (status == LZMA_STREAM_END)
        done_ = true;
      else if (status != LZMA_OK)
        fail(status);
    }
    return std::string_view(output_).substr(0, output_.size() - stream_.avail_out);
  }

private:
  [[noreturn]] void fail(lzma_ret status) {
    if (status == LZMA_MEM_ERROR)
      throw Error(fmt::format("{}: there is not enough memory to decompress it", label_));
    if (status == LZMA_MEMLIMIT_ERROR)
      throw UsageError(fmt::format("{}: decompressing it takes {} bytes of memory, at most {} are "
                                   "used; compress it with a smaller dictionary",
                                   label_, lzma_memusage(&stream_), kDecoderMemory));
    throw UsageError(fmt::format("{}: damaged or cut xz data (error {} of liblzma)", label_,
                                 static_cast<int>(status)));
  }

  std::string label_;
  lzma_stream stream_ = LZMA_STREAM_INIT;
  std::string output_;
  bool input_ended_ = false, done_ = false;
};

} // namespace

struct TextLines::State {
  std::string label;
  RawBytes raw;
  std::optional<XzDecoder> decoder;
  std::string pending; // text that was read, but not returned
  std::size_t taken = 0;
  std::string line;
  u64 number = 0;
  bool begun = false, ended = false;

  State(std::string l, RawBytes r) : label(std::move(l)), raw(std::move(r)) {}

  void begin() {
    begun = true;
    pending = raw.next();
    if (std::string_view(pending).starts_with(kXzMagic)) {
      compressed_head = std::exchange(pending, {});
      decoder.emplace(label);
      fill();
    }
    if (pending.starts_with("\xFF\xFE") || pending.starts_with("\xFE\xFF"))
      throw UsageError(fmt::format("{}: UTF-16 text; save it as UTF-8", label));
    if (pending.starts_with("\xEF\xBB\xBF")) taken = 3;
  }

  std::string compressed_head; // what begin() read before it recognised xz
  bool head_given = false;

  std::string_view more_input() {
    if (!head_given) {
      head_given = true;
      return compressed_head;
    }
    return raw.next();
  }

  void fill() {
    pending.erase(0, std::exchange(taken, 0));
    const std::string_view piece =
        decoder ? decoder->next([this] { return more_input(); }) : raw.next();
    ended = piece.empty();
    pending += piece;
  }

  /// Reads to the end of the line, and keeps at most kLongestLine bytes of it.
  bool read_line() {
    line.clear();
    bool any = false;
    while (true) {
      const std::string_view rest = std::string_view(pending).substr(taken);
      const std::size_t end = rest.find('\n');
      const std::string_view part = rest.substr(0, end);
      line += part.substr(0, kLongestLine - std::min(kLongestLine, line.size()));
      any = any || !rest.empty();
      taken += end == std::string_view::npos ? rest.size() : end + 1;
      if (end != std::string_view::npos) return true;
      if (ended) return any;
      fill();
    }
  }
};

TextLines::TextLines(std::unique_ptr<State> state) : state_(std::move(state)) {}
TextLines::~TextLines() = default;
TextLines::TextLines(TextLines&&) noexcept = default;

TextLines TextLines::of_file(const std::filesystem::path& path) {
  return TextLines(std::make_unique<State>(path.string(), RawBytes(File::open(path), {})));
}

TextLines TextLines::of_bytes(std::string_view bytes, const std::string& label) {
  return TextLines(std::make_unique<State>(label, RawBytes(std::nullopt, bytes)));
}

std::optional<std::string_view> TextLines::next() {
  if (!state_->begun) state_->begin();
  if (!state_->read_line()) return std::nullopt;
  ++state_->number;
  if (!state_->line.empty() && state_->line.back() == '\r') state_->line.pop_back();
  return state_->line;
}

u64 TextLines::number() const { return state_->number; }
const std::string& TextLines::label() const { return state_->label; }
u64 TextLines::size() const { return state_->raw.size(); }
std::string TextLines::sha256() { return state_->raw.sha256(); }

} // namespace coldsweep

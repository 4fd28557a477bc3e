// SPDX-License-Identifier: Apache-2.0
#include "manifest/line_reader.h"

#include "manifest/outcome_limits.h"

#include <algorithm>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kPiece = 1_MiB;

} // namespace

LineReader::LineReader(const std::filesystem::path& path)
    : file_(File::open(path)), size_(file_.size()) {}

std::optional<std::string_view> LineReader::next() {
  if (position_ == size_ && start_ == buffer_.size()) return std::nullopt;
  ++number_;
  std::size_t searched = start_;
  std::size_t end = 0;
  while ((end = buffer_.find('\n', searched)) == std::string::npos) {
    searched = buffer_.size() - start_; // where the new bytes will begin
    if (searched > kLongestLine) refuse_long_line();
    if (!fill()) fail("it does not end in a line feed: the file is cut off");
  }
  if (end - start_ > kLongestLine) refuse_long_line();
  const std::string_view line = std::string_view(buffer_).substr(start_, end - start_);
  start_ = end + 1;
  return line;
}

void LineReader::fail(const std::string& why) const {
  throw Problem(fmt::format("{} line {}: {}", file_.path().filename().string(), number_, why));
}

void LineReader::refuse_long_line() const {
  fail(fmt::format("it is longer than {} bytes, the most that a record has", kLongestLine));
}

/// Drops the lines that were handed out and reads on; false at the end of the file.
bool LineReader::fill() {
  buffer_.erase(0, start_);
  start_ = 0;
  const u64 length = std::min(kPiece, size_ - position_);
  if (length == 0) return false;
  const std::size_t kept = buffer_.size();
  buffer_.resize(kept + length);
  file_.read(position_, std::as_writable_bytes(std::span(buffer_)).subspan(kept));
  position_ += length;
  return true;
}

} // namespace coldsweep

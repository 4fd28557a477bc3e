// SPDX-License-Identifier: Apache-2.0
#include "image/ewf_handle.h"

#include "base/checked.h"
#include "base/error.h"
#include "base/text.h"
#include "image/first_unreadable.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace coldsweep {
namespace {

/// `libewf_handle_open: unable to open.` without the name of the function and the dot.
std::string_view bare(std::string_view line) {
  constexpr std::string_view name = "abcdefghijklmnopqrstuvwxyz0123456789_";
  const std::size_t end = std::min(line.find_first_not_of(name), line.size());
  if (line.substr(end).starts_with(": ")) line.remove_prefix(end + 2);
  if (line.ends_with('.')) line.remove_suffix(1);
  return line;
}

/// The text of a libewf error: what failed, and the innermost reason. Frees the error.
std::string take_text(libewf_error_t* error) {
  // A line for each function that passed the error on, the innermost first.
  std::array<char, 16384> lines{};
  std::array<char, 512> last{};
  if (error == nullptr || libewf_error_sprint(error, last.data(), last.size()) < 0)
    last = {"no reason given"};
  std::string text(bare(last.data()));
  if (error != nullptr && libewf_error_backtrace_sprint(error, lines.data(), lines.size()) > 0) {
    const std::string_view all = lines.data();
    const std::string_view innermost = bare(all.substr(0, all.find('\n')));
    if (innermost != text) text += fmt::format(": {}", innermost);
  }
  libewf_error_free(&error);
  return printable(text);
}

[[noreturn]] void fail(const std::filesystem::path& path, libewf_error_t* error) {
  throw FormatError(
      fmt::format("{}: libewf can't open the set: {}", path.string(), take_text(error)));
}

} // namespace

void EwfHandle::Closer::operator()(libewf_handle_t* handle) const {
  libewf_handle_close(handle, nullptr);
  libewf_handle_free(&handle, nullptr);
}

EwfHandle::EwfHandle(const std::vector<std::filesystem::path>& segments) {
  std::vector<std::string> names;
  for (const std::filesystem::path& segment : segments) names.push_back(segment.string());
  std::vector<char*> pointers;
  for (std::string& name : names) pointers.push_back(name.data());

  libewf_error_t* error = nullptr;
  libewf_handle_t* handle = nullptr;
  if (libewf_handle_initialize(&handle, &error) != 1) fail(segments.front(), error);
  handle_.reset(handle);
  if (libewf_handle_open(handle, pointers.data(), static_cast<int>(pointers.size()),
                         LIBEWF_OPEN_READ, &error) != 1)
    fail(segments.front(), error);
  size64_t size = 0;
  u32 sector_size = 0;
  if (libewf_handle_get_media_size(handle, &size, &error) != 1 ||
      libewf_handle_get_bytes_per_sector(handle, &sector_size, &error) != 1 ||
      libewf_handle_get_chunk_size(handle, &chunk_size_, &error) != 1)
    fail(segments.front(), error);
  media_size_ = size;
  sector_size_ = sector_size;
}

std::optional<EwfHandle::Failure> EwfHandle::read(u64 offset, MutableBytes into) {
  std::optional<Failure> failure;
  if (!read_whole(offset, into)) {
    const std::string reason = last_error_;
    const u64 good = readable_prefix(
        offset, into, [&](u64 at, MutableBytes part) { return read_whole(at, part); });
    failure = Failure{offset + good, 0, reason};
  }
  // libewf returns zeros for a chunk with a wrong checksum, and only adds it to a list.
  std::optional<Failure> damaged = first_damaged(offset, into.size());
  return damaged && (!failure || damaged->offset <= failure->offset) ? damaged : failure;
}

bool EwfHandle::read_whole(u64 offset, MutableBytes into) {
  while (!into.empty()) {
    libewf_error_t* error = nullptr;
    const ssize_t got = libewf_handle_read_random(get(), into.data(), into.size(),
                                                  static_cast<off64_t>(offset), &error);
    const std::string reason = error == nullptr ? "libewf has no more bytes" : take_text(error);
    if (got <= 0) {
      last_error_ = reason;
      return false;
    }
    offset += static_cast<u64>(got);
    into = into.subspan(static_cast<std::size_t>(got));
  }
  return true;
}

/// The first byte in the range that libewf lists as damaged. The list grows, and entries merge,
/// with each read.
std::optional<EwfHandle::Failure> EwfHandle::first_damaged(u64 offset, u64 length) {
  if (libewf_handle_get_number_of_checksum_errors(get(), &checksum_errors_, nullptr) != 1)
    checksum_errors_ = 0;
  std::optional<Failure> first;
  for (u32 i = 0; i < checksum_errors_; ++i) {
    u64 sector = 0, sectors = 0;
    if (libewf_handle_get_checksum_error(get(), i, &sector, &sectors, nullptr) != 1) continue;
    const u64 begin = checked_multiply(sector, sector_size_).value_or(media_size_);
    const u64 end =
        saturating_add(begin, checked_multiply(sectors, sector_size_).value_or(media_size_));
    if (end <= offset || begin >= offset + length) continue;
    const u64 damaged = std::max(begin, offset);
    if (!first || damaged < first->offset)
      first = Failure{damaged, end - damaged, "the checksum of the chunk that holds it is wrong"};
  }
  return first;
}

} // namespace coldsweep

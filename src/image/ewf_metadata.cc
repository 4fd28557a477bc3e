// SPDX-License-Identifier: Apache-2.0
#include "image/ewf_metadata.h"

#include "base/checked.h"
#include "base/error.h"
#include "base/text.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr std::size_t kMostValue = 4096;

struct Field {
  std::string_view ours, libewfs;
};

constexpr std::array kFields{
    Field{"case_number", "case_number"},
    Field{"evidence_number", "evidence_number"},
    Field{"examiner", "examiner_name"},
    Field{"description", "description"},
    Field{"notes", "notes"},
    Field{"acquired", "acquiry_date"},
    Field{"system_date", "system_date"},
    Field{"tool", "acquiry_software_version"},
    Field{"acquiry_os", "acquiry_operating_system"},
    Field{"model", "model"},
    Field{"serial_number", "serial_number"},
};

using Getter = int (*)(libewf_handle_t*, const u8*, size_t, u8*, size_t, libewf_error_t**);
using SizeGetter = int (*)(libewf_handle_t*, const u8*, size_t, size_t*, libewf_error_t**);

const u8* octets(std::string_view text) { return reinterpret_cast<const u8*>(text.data()); }

/// libewf rejects a buffer that is too small, so a long value can't be fetched in part. Values up
/// to 1 MiB are fetched and then cut.
std::optional<std::string> value(const EwfHandle& handle, std::string_view key, SizeGetter size_of,
                                 Getter get) {
  std::size_t size = 0;
  if (size_of(handle.get(), octets(key), key.size(), &size, nullptr) != 1 || size < 2)
    return std::nullopt;
  if (size > 1_MiB) return "(longer than 1 MiB)";
  std::string text(size, '\0');
  if (get(handle.get(), octets(key), key.size(), reinterpret_cast<u8*>(text.data()), size,
          nullptr) != 1)
    return std::nullopt;
  text.resize(std::min(text.find('\0'), text.size()));
  const auto last = text.find_last_not_of(" \t\r\n");
  if (last == std::string::npos) return std::nullopt;
  text.resize(std::min(last + 1, kMostValue));
  while (!text.empty() && !is_utf8(text) && kMostValue - text.size() < 4)
    text.pop_back(); // the cut was inside a character
  return printable(text);
}

} // namespace

std::map<std::string, std::string> ewf_acquisition(const EwfHandle& handle) {
  std::map<std::string, std::string> fields;
  for (const Field& field : kFields)
    if (auto text = value(handle, field.libewfs, libewf_handle_get_utf8_header_value_size,
                          libewf_handle_get_utf8_header_value))
      fields.emplace(field.ours, std::move(*text));
  return fields;
}

std::map<std::string, std::string> ewf_stored_hashes(const EwfHandle& handle) {
  std::map<std::string, std::string> hashes;
  constexpr std::array kinds{std::pair<std::string_view, std::size_t>{"MD5", 32},
                             std::pair<std::string_view, std::size_t>{"SHA1", 40}};
  for (const auto& [kind, length] : kinds) {
    auto text = value(handle, kind, libewf_handle_get_utf8_hash_value_size,
                      libewf_handle_get_utf8_hash_value);
    if (!text || text->size() != length) continue;
    const std::string digest = ascii_lower(*text);
    if (digest.find_first_not_of("0123456789abcdef") == std::string::npos)
      hashes.emplace(ascii_lower(kind), digest);
  }
  return hashes;
}

std::vector<MediaRange> ewf_acquisition_errors(const EwfHandle& handle) {
  constexpr u32 kMost = 1'000'000;
  u32 count = 0, sector_size = 0;
  if (libewf_handle_get_number_of_acquiry_errors(handle.get(), &count, nullptr) != 1 ||
      libewf_handle_get_bytes_per_sector(handle.get(), &sector_size, nullptr) != 1)
    return {};
  if (count > kMost)
    throw FormatError(
        fmt::format("the image records {} acquisition errors, at most {} are read", count, kMost));
  std::vector<MediaRange> ranges;
  for (u32 i = 0; i < count; ++i) {
    u64 sector = 0, sectors = 0;
    if (libewf_handle_get_acquiry_error(handle.get(), i, &sector, &sectors, nullptr) != 1) continue;
    const auto offset = checked_multiply<u64>(sector, sector_size);
    const auto length = checked_multiply<u64>(sectors, sector_size);
    if (offset) ranges.push_back({*offset, length.value_or(~u64{0})});
  }
  return ranges;
}

} // namespace coldsweep

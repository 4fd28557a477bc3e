// SPDX-License-Identifier: Apache-2.0
#include "content/log_kind.h"

#include "base/text.h"
#include "content/log_time.h"

#include <algorithm>
#include <array>

namespace coldsweep {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kSample = 64 * 1024; // bytes that decide what a stream is
constexpr std::size_t kLinesAsked = 64;
constexpr std::string_view kEventLog = ".evtx";

constexpr std::array kLogExtensions{".log"sv,  ".txt"sv,   ".csv"sv,    ".tsv"sv,
                                    ".json"sv, ".jsonl"sv, ".ndjson"sv, ".out"sv,
                                    ".err"sv,  ".trc"sv,   ".w3c"sv};
constexpr std::array kLogFolders{"/logs/"sv, "/log/"sv, "/logfiles/"sv, "/logging/"sv};

/// The sample as 8-bit characters. For UTF-16 these are the low bytes, which is enough here.
struct Sample {
  RecordForm form = RecordForm::lines;
  std::string_view bytes; ///< of the stream
  std::string lower_halves;

  std::string_view text() const { return form == RecordForm::lines ? bytes : lower_halves; }
};

/// Whether, in most of the first byte pairs, only the byte at `first` is zero.
bool zeros_at(std::string_view bytes, std::size_t first) {
  const std::size_t pairs = std::min<std::size_t>(bytes.size() / 2, 256);
  if (pairs < 8) return false;
  std::size_t zeros = 0, other_zeros = 0;
  for (std::size_t i = 0; i < pairs; ++i) {
    zeros += bytes[2 * i + first] == '\0' ? 1 : 0;
    other_zeros += bytes[2 * i + 1 - first] == '\0' ? 1 : 0;
  }
  return zeros * 4 >= pairs * 3 && other_zeros * 4 < pairs;
}

RecordForm text_form(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xFE")) return RecordForm::lines_utf16;
  if (bytes.starts_with("\xFE\xFF")) return RecordForm::lines_utf16_big;
  if (zeros_at(bytes, 1)) return RecordForm::lines_utf16;
  return zeros_at(bytes, 0) ? RecordForm::lines_utf16_big : RecordForm::lines;
}

Sample sample_at(ByteView content, std::size_t from) {
  const std::string_view bytes = chars_of(content).substr(from, kSample);
  Sample sample{text_form(bytes), bytes, {}};
  if (sample.form == RecordForm::lines) {
    if (bytes.starts_with("\xEF\xBB\xBF")) sample.bytes.remove_prefix(3);
    return sample;
  }
  const std::size_t low = sample.form == RecordForm::lines_utf16 ? 0 : 1;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2)
    sample.lower_halves += bytes[i + 1 - low] == '\0' ? bytes[i + low] : '?';
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF"))
    sample.lower_halves.erase(0, 1);
  return sample;
}

/// Zeros don't count against a text: logs end in them after a crash, and unreadable bytes are
/// zeros, too.
bool is_text(std::string_view sample) {
  u32 zeros = 0, low = 0, layout = 0, deletes = 0;
  for (const char c : sample) {
    const auto u = static_cast<u8>(c);
    zeros += u == 0;
    low += u < 0x20;
    layout += (u == '\t') | (u == '\n') | (u == '\f') | (u == '\r') | (u == 0x1b);
    deletes += u == 0x7f;
  }
  const u64 characters = sample.size() - zeros, controls = u64{low} - zeros - layout + deletes;
  return characters > 0 && controls * 50 <= characters;
}

std::string_view name_of_path(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// By the name: `ex210303.log`, `server.log.1`, `error.log-20210303`, or anything in a folder of
/// logs.
bool is_named_log(std::string_view lower_path) {
  const std::string_view name = name_of_path(lower_path);
  if (name == "consolehost_history.txt" || name.find(".log.") != std::string_view::npos ||
      name.find(".log-") != std::string_view::npos || name.find(".log_") != std::string_view::npos)
    return true;
  for (const std::string_view extension : kLogExtensions)
    if (name.ends_with(extension)) return true;
  return std::any_of(kLogFolders.begin(), kLogFolders.end(), [&](std::string_view folder) {
    return lower_path.find(folder) != std::string_view::npos;
  });
}

/// Takes the next line off the text; returns it without its line feed.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

bool begins_with_time(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of("[\"<( \0"sv), line.size()));
  return parse_iso_time(line) || parse_clf_time(line);
}

/// Whether more than half of the first non-empty lines do.
bool most_begin_with_times(std::string_view text) {
  std::size_t lines = 0, without = 0;
  for (std::size_t i = 0; i < kLinesAsked && !text.empty(); ++i) {
    const std::string_view line = take_line(text);
    if (line.empty() || line == "\r") continue;
    ++lines;
    without += begins_with_time(line) ? 0 : 1;
    if (without * 2 >= kLinesAsked) return false; // whatever the others are
  }
  return lines >= 2 && without * 2 < lines;
}

struct Header {
  bool iis = false, exchange = false;
  std::string log_type; ///< lower case
};

Header header_of(std::string_view text) {
  Header header;
  for (std::size_t i = 0; i < kLinesAsked && !text.empty(); ++i) {
    const std::string_view line = take_line(text);
    if (line.starts_with("#Software: Microsoft Internet Information Services") ||
        line.starts_with("#Fields: date time "))
      header.iis = true;
    else if (line.starts_with("#Software: Microsoft Exchange") || line.starts_with("#Fields: ") ||
             line.starts_with("DateTime,RequestId,"))
      header.exchange = true;
    else if (line.starts_with("#Log-type: "))
      header.log_type = ascii_lower(line.substr(11));
    if (!line.starts_with('#')) break;
  }
  return header;
}

/// The name of the folder after `marker`; empty if the file is in `marker` itself.
std::string folder_after(std::string_view lower_path, std::string_view marker) {
  const std::size_t from = lower_path.find(marker) + marker.size();
  const std::size_t end = lower_path.find('/', from);
  return end == std::string_view::npos ? std::string()
                                       : std::string(lower_path.substr(from, end - from));
}

std::string family_of(std::string_view lower_path, const Header& header) {
  const auto in = [&](std::string_view folder) {
    return lower_path.find(folder) != std::string_view::npos;
  };
  if (in("/logging/httpproxy/")) {
    const std::string protocol = folder_after(lower_path, "/logging/httpproxy/");
    return protocol.empty() ? "http_proxy" : "http_proxy/" + protocol;
  }
  if (in("/logging/ecp/server/")) return "ecp_server";
  if (in("/logging/oabgeneratorlog/")) return "oab_generator";
  if (header.iis || (in("/logfiles/w3svc") && !header.exchange)) return "iis";
  if (header.log_type.find("httpproxy") != std::string::npos ||
      header.log_type.find("http proxy") != std::string::npos)
    return "http_proxy";
  if (header.log_type.find("ecp server") != std::string::npos) return "ecp_server";
  if (header.log_type.find("oab generator") != std::string::npos ||
      header.log_type.find("oabgenerator") != std::string::npos)
    return "oab_generator";
  if (name_of_path(lower_path) == "consolehost_history.txt") return "powershell_history";
  return header.exchange ? "exchange" : "other";
}

/// Where the first pair of bytes is that isn't zero; the size if there is none.
std::size_t first_written(ByteView content) {
  const std::size_t first = chars_of(content).find_first_not_of('\0');
  return first == std::string_view::npos ? content.size() : first & ~std::size_t{1};
}

bool says_it_is_log(std::string_view text, const Header& header) {
  return header.iis || header.exchange || most_begin_with_times(text);
}

/// The first block whose lines are those of a log. Its first one may be the rest of a line.
std::optional<Sample> later_sample(ByteView content, std::size_t from) {
  for (std::size_t at = (from / kSample + 1) * kSample; at < content.size(); at += kSample) {
    Sample sample = sample_at(content, at);
    std::string_view text = sample.text();
    take_line(text);
    if (says_it_is_log(text, header_of(text)) && is_text(sample.text())) return sample;
  }
  return std::nullopt;
}

} // namespace

bool may_become_log(std::string_view path, ByteView head) {
  const std::size_t from = first_written(head);
  if (from == head.size()) return true;
  return is_named_log(ascii_lower(path)) && !is_text(sample_at(head, from).text());
}

bool log_kind_needs_all(std::string_view path) { return ascii_lower(path).ends_with(kEventLog); }

std::optional<LogKind> log_kind(std::string_view path, ByteView content) {
  const std::string_view head = chars_of(content.first(std::min<std::size_t>(content.size(), 8)));
  if (head == "ElfFile\0"sv || head == "ElfChnk\0"sv)
    return LogKind{RecordForm::events, "evtx/" + std::string(name_of_path(path))};
  const std::string lower_path = ascii_lower(path);
  if (lower_path.ends_with(kEventLog) &&
      chars_of(content).find("ElfChnk\0"sv) != std::string_view::npos)
    return LogKind{RecordForm::events, "evtx/" + std::string(name_of_path(path))};
  const std::size_t from = first_written(content);
  const Sample sample = sample_at(content, from);
  const bool report = lower_path.ends_with(".wer"), named = is_named_log(lower_path);
  const Header header = header_of(sample.text());
  if (!report && !named && !says_it_is_log(sample.text(), header)) return std::nullopt;
  if (is_text(sample.text())) // looks at all of the sample, so comes last
    return report ? LogKind{RecordForm::whole, "wer"}
                  : LogKind{sample.form, family_of(lower_path, header)};
  const std::optional<Sample> later = named ? later_sample(content, from) : std::nullopt;
  if (!later) return std::nullopt;
  return LogKind{later->form, family_of(lower_path, {})};
}

} // namespace coldsweep

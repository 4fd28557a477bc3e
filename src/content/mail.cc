// SPDX-License-Identifier: Apache-2.0
#include "content/mail.h"

#include "base/endian.h"
#include "base/text.h"
#include "content/member_name.h"
#include "content/uuencode.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <mutex>

#include <fmt/format.h>
#include <gmime/gmime.h>

namespace coldsweep {
namespace {

constexpr u64 kMostHeaderStart = 64_KiB; ///< of the message's own header
constexpr u64 kMostHeaderBytes = 2_MiB;  ///< of all parts together
constexpr u64 kMostBoundaries = 50'000;
constexpr u64 kMostListEntries = 2000, kMostEntries = 40'000; ///< addresses and groups

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
template <class T> using Owned = std::unique_ptr<T, Unref>;

struct FreeMemory {
  void operator()(void* memory) const { std::free(memory); }
};

/// Takes the next line off the text; returns it without its end.
std::string_view next_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// The field name of a header line (RFC 5322, 3.6.8), or what a lenient parser takes for one; empty
/// if there is none.
std::string_view field_name(std::string_view line) {
  std::size_t end = 0;
  while (end < line.size() && line[end] > ' ' && line[end] <= '~' && line[end] != ':') ++end;
  const std::size_t colon = line.find_first_not_of(" \t", end);
  return colon != std::string_view::npos && line[colon] == ':' ? line.substr(0, end)
                                                               : std::string_view{};
}

bool is_continuation(std::string_view line) {
  return !line.empty() && (line.front() == ' ' || line.front() == '\t');
}

/// What the parser would create objects for. Overestimates rather than underestimates.
struct ParserLoad {
  u64 header_bytes = 0, boundaries = 0;
  /// In the longest list of addresses, and in all of them: the parser's time is quadratic in these,
  /// and each group takes stack.
  u64 most_entries = 0, entries = 0;
};

bool holds_addresses(std::string_view field) {
  constexpr std::array<std::string_view, 6> kLists{"sender", "from", "reply-to", "to", "cc", "bcc"};
  if (field.size() > 8) return false;
  return std::find(kLists.begin(), kLists.end(), ascii_lower(field)) != kLists.end();
}

ParserLoad load_of(std::string_view text) {
  ParserLoad load;
  bool in_header = false, in_list = false;
  u64 list_entries = 0;
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    if (line.starts_with("--")) ++load.boundaries;
    if (const std::string_view field = field_name(line); !field.empty()) {
      in_header = true;
      in_list = holds_addresses(field);
      list_entries = 0;
    } else if (!is_continuation(line)) {
      in_header = in_list = false;
    }
    if (in_header) load.header_bytes += line.size() + 1;
    if (!in_list) continue;
    const u64 entries = static_cast<u64>(std::count_if(
        line.begin(), line.end(), [](char c) { return c == ',' || c == ';' || c == ':'; }));
    load.entries += entries;
    list_entries += entries;
    load.most_entries = std::max(load.most_entries, list_entries);
  }
  return load;
}

void start_gmime() {
  static std::once_flag once;
  std::call_once(once, [] { g_mime_init(); });
}

/// The text without a byte order mark and blank lines before the header, which programs skip.
std::string_view without_blanks(std::string_view text) {
  constexpr std::size_t kMost = 1024;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || first == 0 || first > kMost) return text;
  const std::size_t line = text.rfind('\n', first);
  return line == std::string_view::npos ? text : text.substr(line + 1);
}

constexpr std::string_view kMailboxLine = "From ";

/// Where the next message of a mailbox file (RFC 4155) begins, past the start of `text`: at a line
/// `From ...` after an empty one that a header follows. npos if there is none.
std::size_t next_message(std::string_view text) {
  for (std::size_t at = text.find("\nFrom "); at != std::string_view::npos;
       at = text.find("\nFrom ", at + 1)) {
    const std::string_view before = text.substr(0, at);
    if (!before.empty() && !before.ends_with('\n') && !before.ends_with("\n\r")) continue;
    std::string_view after = text.substr(at + 1);
    next_line(after);
    if (!field_name(next_line(after)).empty()) return at + 1;
  }
  return std::string_view::npos;
}

class MailWalker {
public:
  MailWalker(ByteView content, ArchiveBudget& budget, const UseMember& use)
      : content_(content), budget_(budget), use_(use) {}

  ArchiveWalk run() {
    std::string_view text = without_blanks(chars_of(content_));
    // Only in a mailbox does the first message end where another one begins; but whatever it is,
    // none is left out.
    const bool mailbox = text.starts_with(kMailboxLine);
    for (u64 number = 1; walk_.limit.empty(); ++number) {
      const std::size_t next = next_message(text);
      const std::string_view message = number == 1 && !mailbox ? text : text.substr(0, next);
      before_ = number == 1 ? "" : fmt::format("message-{}/", number);
      part_ = 0;
      content_ = bytes_of(message);
      if (number == 1 || is_mail(content_)) run_message();
      if (next == std::string_view::npos) break;
      text.remove_prefix(next);
    }
    return std::move(walk_);
  }

private:
  void run_message() {
    if (!is_bounded() || budget_.out_of_time(walk_)) return;
    budget_.make_room(content_.size());
    if (has_memory())
      take_apart();
    else
      walk_.limit = "there was no memory to take it apart";
    budget_.leave_room();
  }

  /// GLib ends the process if it gets no memory. For a large message, look first.
  bool has_memory() const {
    constexpr u64 kLarge = 1_MiB, kCopies = 4; // the parser's, and those that grow by doubling
    if (content_.size() < kLarge) return true;
    const std::unique_ptr<void, FreeMemory> probe(std::malloc(kCopies * content_.size()));
    return probe != nullptr;
  }

  void take_apart() {
    start_gmime();
    const Owned<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(
        reinterpret_cast<const char*>(content_.data()), content_.size()));
    const Owned<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
    const Owned<GMimeMessage> message(g_mime_parser_construct_message(parser.get(), nullptr));
    if (!message) {
      walk_.damage.emplace_back("it begins like a message, but can't be taken apart");
      return;
    }
    GMimePartIter* parts = g_mime_part_iter_new(GMIME_OBJECT(message.get()));
    do {
      GMimeObject* part = g_mime_part_iter_get_current(parts);
      if (part != nullptr && GMIME_IS_PART(part)) visit(GMIME_PART(part));
    } while (walk_.limit.empty() && g_mime_part_iter_next(parts) != FALSE);
    g_mime_part_iter_free(parts);
  }

  bool is_bounded() {
    if (content_.size() > budget_.member_bytes()) { // the parser keeps a copy
      walk_.limit = fmt::format("the message is larger than {} bytes", budget_.member_bytes());
      return false;
    }
    const ParserLoad load = load_of(chars_of(content_));
    if (load.header_bytes > kMostHeaderBytes)
      walk_.limit = fmt::format("the message has more than {} bytes of headers", kMostHeaderBytes);
    else if (load.boundaries > kMostBoundaries)
      walk_.limit = fmt::format("the message has more than {} boundaries", kMostBoundaries);
    else if (load.most_entries > kMostListEntries || load.entries > kMostEntries)
      walk_.limit = fmt::format("the message has more than {} addresses in one list or {} in all",
                                kMostListEntries, kMostEntries);
    return walk_.limit.empty();
  }

  void visit(GMimePart* part) {
    if (!budget_.begin_member(walk_)) return;
    ++part_;
    GMimeDataWrapper* content = g_mime_part_get_content(part);
    if (content == nullptr) return;
    const Owned<GMimeStream> decoded(g_mime_stream_mem_new());
    g_mime_data_wrapper_write_to_stream(content, decoded.get()); // decoding doesn't make it longer
    const GByteArray* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(decoded.get()));
    const char* stated = g_mime_part_get_filename(part);
    const bool named = stated != nullptr && *stated != '\0';
    if (bytes == nullptr || (bytes->len == 0 && !named)) return;
    hand_out(named ? member_name(stated) : fmt::format("part-{}", part_),
             std::as_bytes(std::span(bytes->data, bytes->len)));
    std::string_view text(reinterpret_cast<const char*>(bytes->data), bytes->len);
    while (walk_.limit.empty()) {
      const std::optional<UuFile> file = take_uu_file(text);
      if (!file || !budget_.begin_member(walk_)) return;
      if (!file->whole)
        walk_.note_damage(fmt::format("{}: the uuencoded text breaks off after {} bytes",
                                      member_name(file->name), file->bytes.size()));
      hand_out(member_name(file->name), bytes_of(file->bytes));
    }
  }

  void hand_out(const std::string& name, ByteView bytes) {
    if (bytes.size() > budget_.bytes_left) {
      walk_.limit = fmt::format("its parts have more than {} bytes", budget_.limits.total_bytes);
      return;
    }
    budget_.bytes_left -= bytes.size();
    budget_.hand_out({before_ + name, bytes}, use_);
  }

  ByteView content_;
  ArchiveBudget& budget_;
  const UseMember& use_;
  ArchiveWalk walk_;
  std::string before_; ///< of the names in the current message
  u64 part_ = 0;       ///< the number of its current part
};

} // namespace

bool is_mail(ByteView content) {
  // A message has at least one of these fields.
  constexpr std::array<std::string_view, 8> kSigns{
      "date", "from", "message-id", "mime-version", "received", "return-path", "subject", "to"};
  std::string_view text = chars_of(content.first(std::min<u64>(content.size(), kMostHeaderStart)));
  text = without_blanks(text);
  if (text.starts_with(kMailboxLine)) next_line(text);
  bool typed = false, signed_by = false, first = true;
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    if (line.empty()) return signed_by && (typed || has_uu_file(text));
    if (!first && is_continuation(line)) continue;
    first = false;
    const std::string name = ascii_lower(field_name(line));
    if (name.empty()) return false;
    typed |= name == "content-type";
    signed_by |= std::find(kSigns.begin(), kSigns.end(), name) != kSigns.end();
  }
  return false;
}

ArchiveWalk walk_mail(ByteView content, ArchiveBudget& budget, const UseMember& use) {
  return MailWalker(content, budget, use).run();
}

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
// Cuts a text into lines. The time of a line is where the log's own field header says, or else at
// its beginning.
#include "content/log_records.h"

#include <algorithm>
#include <cstring>

namespace coldsweep {
namespace {

constexpr u64 kBlock = 256_KiB;          // a longer line makes a longer block
constexpr std::size_t kHead = 4096;      // characters of a line that are searched for a time
constexpr std::size_t kMostLayouts = 64; // distinct field headers in one file
constexpr std::size_t kClfReach = 512;

/// Where a line has its time.
struct Layout {
  char separator = '\0'; ///< NUL: the time is at the beginning
  std::optional<std::size_t> date, time;
  bool operator==(const Layout&) const = default;
};

std::optional<std::string_view> column(std::string_view line, char separator, std::size_t index) {
  for (; index > 0; --index) {
    const std::size_t end = line.find(separator);
    if (end == std::string_view::npos) return std::nullopt;
    line.remove_prefix(end + 1);
  }
  return line.substr(0, line.find(separator));
}

/// `date time s-ip ...` (W3C) or `DateTime,RequestId,...` (Exchange).
std::optional<Layout> layout_of(std::string_view names) {
  Layout layout;
  layout.separator = names.find(',') != std::string_view::npos ? ',' : ' ';
  std::size_t index = 0;
  for (; !names.empty(); ++index) {
    const std::size_t end = std::min(names.find(layout.separator), names.size());
    const std::string_view name = names.substr(0, end);
    if (name == "date") layout.date = index;
    if (name == "time" && layout.date) layout.time = index;
    if (!layout.date &&
        (name == "DateTime" || name == "date-time" || name == "TimeStamp" || name == "Timestamp"))
      layout.date = index;
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  if (!layout.date) return std::nullopt;
  return layout;
}

std::string_view unquoted(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of("[\"<( "), text.size()));
  return text;
}

/// A crash or a lost cluster leaves zeros before what is written next.
std::string_view without_zeros(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of('\0'), line.size()));
  return line;
}

std::optional<LogTime> time_by(const Layout& layout, std::string_view line) {
  if (!layout.date) return std::nullopt;
  const std::optional<std::string_view> date = column(line, layout.separator, *layout.date);
  if (!date) return std::nullopt;
  if (!layout.time) return parse_iso_time(unquoted(*date));
  const std::optional<std::string_view> time = column(line, layout.separator, *layout.time);
  if (!time) return std::nullopt;
  return parse_iso_time(std::string(*date) + " " + std::string(*time));
}

/// A report of Windows Error Reporting gives a FILETIME in decimal.
std::optional<LogTime> report_time(std::string_view text) {
  constexpr std::string_view key = "EventTime=";
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  u64 ticks = 0;
  for (std::size_t i = at + key.size(); i < text.size() && i < at + key.size() + 18; ++i) {
    if (text[i] < '0' || text[i] > '9') break;
    ticks = ticks * 10 + static_cast<u64>(text[i] - '0');
  }
  return of_filetime(ticks);
}

class LineRecords final : public RecordReader {
public:
  LineRecords(ByteView content, RecordForm form) : content_(chars_of(content)), form_(form) {
    if (content_.starts_with("\xEF\xBB\xBF")) position_ = 3;
    if (is_wide() && (content_.starts_with("\xFF\xFE") || content_.starts_with("\xFE\xFF")))
      position_ = 2;
    if (form_ == RecordForm::whole) position_ = 0;
  }

  bool next(RecordBlock& block) override {
    block.records.clear();
    while (block.records.empty() && position_ < content_.size()) read_block(block);
    return !block.records.empty();
  }

  std::optional<LogTime> time_of(const RecordBlock& block, const LogRecord& record) const override {
    std::string narrowed;
    const std::string_view line = narrow(without_zeros(chars_of(block.bytes_of(record))), narrowed);
    if (form_ == RecordForm::whole) return report_time(line);
    if (record.layout > 0)
      if (const auto time = time_by(layouts_[record.layout - 1], line)) return time;
    if (const auto time = parse_iso_time(unquoted(line))) return time;
    for (std::size_t at = line.find('['); at < std::min(line.size(), kClfReach);
         at = line.find('[', at + 1))
      if (const auto time = parse_clf_time(line.substr(at + 1))) return time;
    return std::nullopt;
  }

private:
  bool is_wide() const {
    return form_ == RecordForm::lines_utf16 || form_ == RecordForm::lines_utf16_big;
  }

  void read_block(RecordBlock& block) {
    const std::size_t from = position_;
    block.pieces = {{0, from}};
    while (position_ < content_.size() && position_ - from < kBlock) read_line(block, from);
    block.bytes = bytes_of(content_.substr(from, position_ - from));
  }

  void read_line(RecordBlock& block, std::size_t block_from) {
    const std::size_t width = is_wide() ? 2 : 1;
    const std::size_t from = position_;
    const std::size_t feed = form_ == RecordForm::whole ? content_.size() : find_feed(from);
    position_ = std::min(feed + width, content_.size());
    ++line_;
    std::size_t end = std::min(feed, content_.size());
    if (end - from >= width && form_ != RecordForm::whole && is_return(end - width)) end -= width;
    const std::string_view line = content_.substr(from, end - from);
    if (line.find_first_not_of('\0') == std::string_view::npos) return;
    note_layout(line);
    block.records.push_back({from - block_from, line.size(), line_, layout_});
  }

  std::size_t find_feed(std::size_t from) const {
    if (!is_wide()) return std::min(content_.find('\n', from), content_.size());
    const std::size_t low = form_ == RecordForm::lines_utf16 ? 0 : 1;
    for (std::size_t at = content_.find('\n', from); at != std::string_view::npos;
         at = content_.find('\n', at + 1)) {
      if ((at - from) % 2 != low) continue; // half of another character
      const std::size_t other = at + 1 - 2 * low;
      if (other < content_.size() && content_[other] == '\0') return at - low;
    }
    return content_.size();
  }

  bool is_return(std::size_t at) const {
    if (!is_wide()) return content_[at] == '\r';
    const std::size_t low = form_ == RecordForm::lines_utf16 ? 0 : 1;
    return content_[at + low] == '\r' && content_[at + 1 - low] == '\0';
  }

  /// The first characters. For UTF-16 these are the low bytes, which are copied to `room`.
  std::string_view narrow(std::string_view line, std::string& room) const {
    if (!is_wide() && form_ != RecordForm::whole) return line.substr(0, kHead);
    for (const char c : line.substr(0, form_ == RecordForm::whole ? 64 * 1024 : 2 * kHead))
      if (c != '\0') room += c;
    return room;
  }

  void note_layout(std::string_view line) {
    constexpr std::string_view directive = "#Fields:";
    line = without_zeros(line);
    const bool is_header = line_ == 1 && !is_wide() && line.starts_with("DateTime,");
    if (!is_header &&
        (line.empty() || (line.front() != '#' && (line.size() < 2 || line[1] != '#'))))
      return;
    std::string narrowed;
    std::string_view names = narrow(line, narrowed);
    if (!is_header) {
      if (!names.starts_with(directive)) return;
      names.remove_prefix(directive.size());
      names.remove_prefix(std::min(names.find_first_not_of(' '), names.size()));
    }
    const std::optional<Layout> layout = layout_of(names);
    layout_ = 0;
    if (!layout) return;
    const auto known = std::find(layouts_.begin(), layouts_.end(), *layout);
    if (known == layouts_.end() && layouts_.size() == kMostLayouts) return;
    layout_ = static_cast<u32>(known - layouts_.begin()) + 1;
    if (known == layouts_.end()) layouts_.push_back(*layout);
  }

  std::string_view content_;
  RecordForm form_;
  std::size_t position_ = 0;
  u64 line_ = 0;
  u32 layout_ = 0; // 1-based; 0: none
  std::vector<Layout> layouts_;
};

} // namespace

std::unique_ptr<RecordReader> records_of(ByteView content, RecordForm form) {
  if (form == RecordForm::events) return event_records(content);
  return std::make_unique<LineRecords>(content, form);
}

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
#include "cli/progress_display.h"

#include "base/text.h"
#include "cli/messages.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/ioctl.h>
#include <unistd.h>

namespace coldsweep {
namespace {

using Clock = std::chrono::steady_clock;

ProgressStyle resolved(ProgressStyle style) {
  if (style != ProgressStyle::automatic) return style;
  return ::isatty(STDERR_FILENO) != 0 ? ProgressStyle::bar : ProgressStyle::plain;
}

double ratio(u64 done, u64 planned) {
  return planned == 0 ? 0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(planned));
}

/// The streams are done, but the hash of the media, which is computed at the same time, is not.
bool hashes_only(const Progress& progress) {
  return progress.streams_planned > 0 && progress.streams_done == progress.streams_planned &&
         progress.media_done < progress.media_planned;
}

double done_share(const Progress& progress) {
  return hashes_only(progress) ? ratio(progress.media_done, progress.media_planned)
                               : ratio(progress.bytes_done, progress.bytes_planned);
}

std::string clock_text(double seconds) {
  const auto whole = static_cast<u64>(seconds);
  if (whole >= 3600)
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

std::string bar(double share, std::size_t width) {
  const auto full = static_cast<std::size_t>(share * static_cast<double>(width));
  return fmt::format("[{}{}]", std::string(full, '#'), std::string(width - full, '-'));
}

std::size_t terminal_width() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

std::string json_line(const Progress& progress, double seconds) {
  const nlohmann::ordered_json json{{"seconds", seconds},
                                    {"bytes_planned", progress.bytes_planned.load()},
                                    {"bytes_done", progress.bytes_done.load()},
                                    {"streams_planned", progress.streams_planned.load()},
                                    {"streams_done", progress.streams_done.load()},
                                    {"findings", progress.findings.load()},
                                    {"issues", progress.issues.load()},
                                    {"media_planned", progress.media_planned.load()},
                                    {"media_done", progress.media_done.load()}};
  return json.dump();
}

/// One line without a line feed: `42.0% 1.2 GiB of 2.9 GiB, 310.0 MiB/s, 0:05 left, 3 findings`.
std::string progress_text(const Progress& progress, double seconds) {
  const u64 planned = progress.bytes_planned, done = progress.bytes_done,
            findings = progress.findings;
  if (progress.streams_planned == 0) return "reading the volumes";
  if (hashes_only(progress))
    return fmt::format("hashing the media: {:.1f}% {} of {}, {} finding{}",
                       done_share(progress) * 100, human_size(progress.media_done),
                       human_size(progress.media_planned), findings, findings == 1 ? "" : "s");
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  const double left = rate > 0 ? static_cast<double>(planned - std::min(done, planned)) / rate : 0;
  return fmt::format("{:.1f}% {} of {}, {}/s, {} left, {} finding{}", done_share(progress) * 100,
                     human_size(done), human_size(planned), human_size(static_cast<u64>(rate)),
                     clock_text(left), findings, findings == 1 ? "" : "s");
}

} // namespace

struct ProgressDisplay::State {
  State(const Progress& of, ProgressStyle shown) : progress(of), style(resolved(shown)) {
    if (style != ProgressStyle::none)
      thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

  void run(const std::stop_token& stop) {
    const auto period =
        style == ProgressStyle::bar ? std::chrono::milliseconds(200) : std::chrono::seconds(5);
    std::unique_lock lock(mutex);
    while (!wake.wait_for(lock, stop, period, [&] { return stop.stop_requested(); }) &&
           !stop.stop_requested())
      show();
    if (style == ProgressStyle::bar) to_stderr("\r\033[K");
    // A last line, so that even a log of a short sweep says how it ended.
    if (style == ProgressStyle::json ||
        (style == ProgressStyle::plain && progress.streams_planned > 0))
      show();
  }

  void show() const {
    const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
    if (style == ProgressStyle::json) {
      to_stderr(json_line(progress, seconds) + "\n");
      return;
    }
    const std::string text = progress_text(progress, seconds);
    if (style == ProgressStyle::plain) {
      tell(text);
      return;
    }
    const std::size_t width = terminal_width();
    const std::size_t room =
        width > text.size() + 14 ? std::min<std::size_t>(30, width - text.size() - 4) : 0;
    const std::string line = (room > 0 ? bar(done_share(progress), room) + " " : "") + text;
    to_stderr("\r\033[K" + line.substr(0, width > 0 ? width - 1 : 0));
  }

  const Progress& progress;
  const ProgressStyle style;
  const Clock::time_point begun = Clock::now();
  std::mutex mutex;
  std::condition_variable_any wake;
  std::jthread thread;
};

ProgressDisplay::ProgressDisplay(const Progress& progress, ProgressStyle style)
    : state_(std::make_unique<State>(progress, style)) {}

ProgressDisplay::~ProgressDisplay() {
  state_->thread.request_stop();
  if (state_->thread.joinable()) state_->thread.join();
}

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
// `coldsweep report`: checks that a case is still what was sealed, then makes a report from its
// manifest.
#include "base/error.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/report_file.h"
#include "cli/sealed_check.h"
#include "report/formats.h"

#include <cstdio>

#include <fmt/format.h>

namespace coldsweep {
namespace {

namespace fs = std::filesystem;

void write(const report::SealedCase& sealed, const std::string& format,
           const report::Output& output) {
  if (format.empty())
    report::write_terminal_page(sealed, output);
  else
    report::format_named(format)->write(sealed, output);
}

void write_to_stdout(const report::SealedCase& sealed, const std::string& format) {
  write(sealed, format, [](std::string_view piece) {
    if (std::fwrite(piece.data(), 1, piece.size(), stdout) != piece.size())
      throw Error("can't write to stdout");
  });
}

/// An unfinished report leaves no file.
class NewFile {
public:
  explicit NewFile(fs::path path) : path_(std::move(path)), file_(File::create(path_)) {}
  ~NewFile() {
    std::error_code ignored;
    if (!finished_) fs::remove(path_, ignored);
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void add(std::string_view piece) {
    held_ += piece;
    if (held_.size() >= 1_MiB) flush();
  }
  void finish() {
    flush();
    file_.sync();
    finished_ = true;
  }

private:
  void flush() {
    file_.append(bytes_of(held_));
    held_.clear();
  }

  fs::path path_;
  File file_;
  std::string held_;
  bool finished_ = false;
};

} // namespace

void write_report_file(const report::SealedCase& sealed, const std::string& format,
                       const fs::path& path) {
  NewFile file(path);
  write(sealed, format, [&](std::string_view piece) { file.add(piece); });
  file.finish();
}

int run_report(const ReportArguments& arguments) {
  if (!is_as_sealed(arguments.case_folder, "no report is made")) return 3;
  const report::SealedCase sealed(arguments.case_folder);
  if (arguments.output.empty()) {
    write_to_stdout(sealed, arguments.format);
    return 0;
  }
  std::error_code ignored;
  if (fs::exists(fs::symlink_status(arguments.output, ignored)))
    throw UsageError(
        fmt::format("{}: already exists, and is not overwritten", arguments.output.string()));
  write_report_file(sealed, arguments.format, arguments.output);
  return 0;
}

} // namespace coldsweep

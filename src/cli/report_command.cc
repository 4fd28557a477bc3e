// SPDX-License-Identifier: Apache-2.0
// `coldsweep report`: checks that a case is still what was sealed, then makes a report from its
// manifest.
#include "base/error.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/new_output.h"
#include "cli/report_file.h"
#include "cli/sealed_check.h"
#include "report/formats.h"

#include <cstdio>
#include <system_error>
#include <utility>

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

/// A report has its name only once it is complete, even if the process is killed.
class NewFile {
public:
  NewFile(fs::path path, unsigned mode) : path_(std::move(path)), partial_(path_) {
    partial_ += ".partial";
    remove(); // left by a process that was killed
    file_ = File::create(partial_, mode);
  }
  ~NewFile() {
    if (!finished_) remove();
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
    rename_new(partial_, path_);
    finished_ = true;
  }

private:
  void flush() {
    file_.append(bytes_of(held_));
    held_.clear();
  }

  void remove() const {
    std::error_code ignored;
    fs::remove(partial_, ignored);
  }

  fs::path path_, partial_;
  File file_;
  std::string held_;
  bool finished_ = false;
};

} // namespace

void write_report_file(const report::SealedCase& sealed, const std::string& format,
                       const fs::path& path, unsigned mode) {
  NewFile file(path, mode);
  write(sealed, format, [&](std::string_view piece) { file.add(piece); });
  file.finish();
}

int run_report(const ReportArguments& arguments) {
  if (!arguments.output.empty()) require_new_file(arguments.output);
  if (!is_as_sealed(arguments.case_folder, "no report is made")) return 3;
  const report::SealedCase sealed(arguments.case_folder);
  if (arguments.output.empty())
    write_to_stdout(sealed, arguments.format);
  else
    write_report_file(sealed, arguments.format, arguments.output);
  return 0;
}

} // namespace coldsweep

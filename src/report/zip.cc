// SPDX-License-Identifier: Apache-2.0
#include "report/zip.h"

#include "base/error.h"
#include "base/file.h"
#include "report/payload.h"

#include <algorithm>
#include <memory>
#include <vector>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

namespace coldsweep::report {
namespace {

namespace fs = std::filesystem;

constexpr u64 kPiece = 1_MiB;
constexpr time_t kFirstOfZip = 315'532'800; // 1980-01-01, the first time that zip can express

struct FreeArchive {
  void operator()(archive* of) const { archive_write_free(of); }
};
struct FreeEntry {
  void operator()(archive_entry* of) const { archive_entry_free(of); }
};

class ZipWriter {
public:
  ZipWriter(const File& file, const std::string& password) : archive_(archive_write_new()) {
    archive* const a = archive_.get();
    require(a != nullptr && archive_write_set_format_zip(a) == ARCHIVE_OK &&
            archive_write_set_options(a, "zip:encryption=aes256") == ARCHIVE_OK &&
            archive_write_set_passphrase(a, password.c_str()) == ARCHIVE_OK &&
            archive_write_open_fd(a, file.descriptor()) == ARCHIVE_OK);
  }

  void add(const fs::path& from, const std::string& name) {
    const File source = File::open(from);
    const u64 size = source.size();
    const std::unique_ptr<archive_entry, FreeEntry> entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0444);
    archive_entry_set_mtime(entry.get(), kFirstOfZip, 0);
    require(archive_write_header(archive_.get(), entry.get()) == ARCHIVE_OK);
    std::vector<std::byte> piece(std::min(size, kPiece));
    for (u64 at = 0; at < size;) {
      const MutableBytes part =
          MutableBytes(piece).first(static_cast<std::size_t>(std::min(size - at, kPiece)));
      source.read(at, part);
      require(archive_write_data(archive_.get(), part.data(), part.size()) ==
              static_cast<la_ssize_t>(part.size()));
      at += part.size();
    }
  }

  void finish() { require(archive_write_close(archive_.get()) == ARCHIVE_OK); }

private:
  void require(bool holds) const {
    if (holds) return;
    const char* why = archive_ ? archive_error_string(archive_.get()) : nullptr;
    throw Error(
        fmt::format("the zip can't be written: {}", why == nullptr ? "no reason given" : why));
  }

  std::unique_ptr<archive, FreeArchive> archive_;
};

} // namespace

ZipSummary write_zip(const fs::path& case_folder, const fs::path& zip,
                     const std::string& password) {
  if (fs::exists(fs::symlink_status(zip)))
    throw UsageError(fmt::format("{}: already exists, and is not overwritten", zip.string()));
  const fs::path partial = zip.string() + ".partial";
  std::error_code error;
  fs::remove(partial, error);
  ZipSummary summary;
  {
    File file = File::create(partial);
    ZipWriter writer(file, password);
    for (const fs::path& path : payload_of(case_folder)) {
      writer.add(case_folder / path, path.generic_string());
      summary.bytes += fs::file_size(case_folder / path);
      ++summary.files;
    }
    writer.finish();
    file.sync();
  }
  fs::rename(partial, zip, error);
  if (error) throw Error(fmt::format("{}: can't be written: {}", zip.string(), error.message()));
  return summary;
}

} // namespace coldsweep::report

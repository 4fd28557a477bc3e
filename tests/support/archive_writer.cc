// SPDX-License-Identifier: Apache-2.0
#include "support/archive_writer.h"

#include "base/error.h"

#include <archive.h>
#include <archive_entry.h>

namespace coldsweep::test {
namespace {

void require(int code, archive* a) {
  if (code != ARCHIVE_OK)
    throw Error(archive_error_string(a) == nullptr ? "libarchive" : archive_error_string(a));
}

la_ssize_t append(archive*, void* to, const void* bytes, std::size_t length) {
  static_cast<std::string*>(to)->append(static_cast<const char*>(bytes), length);
  return static_cast<la_ssize_t>(length);
}

void put(std::string& to, std::size_t bytes, std::size_t value) {
  for (; bytes > 0; --bytes, value >>= 8) to.push_back(static_cast<char>(value & 255));
}

} // namespace

std::string make_archive(const std::string& format, const Members& members,
                         const std::string& filter, const std::string& password) {
  std::string made;
  archive* a = archive_write_new();
  require(archive_write_set_format_by_name(a, format.c_str()), a);
  if (format == "7zip") // at level 6, LZMA clears 100 MiB for each archive
    require(archive_write_set_options(a, "7zip:compression-level=1"), a);
  if (filter != "none") require(archive_write_add_filter_by_name(a, filter.c_str()), a);
  if (!password.empty()) {
    require(archive_write_set_options(a, "zip:encryption=aes256"), a);
    require(archive_write_set_passphrase(a, password.c_str()), a);
  }
  archive_write_set_bytes_in_last_block(a, 1);
  require(archive_write_open(a, &made, nullptr, append, nullptr), a);
  for (const auto& [name, content] : members) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    require(archive_write_header(a, entry), a);
    archive_write_data(a, content.data(), content.size());
    archive_entry_free(entry);
  }
  require(archive_write_close(a), a);
  archive_write_free(a);
  return made;
}

std::string make_zip_of_empty_members(std::size_t members) {
  std::string zip, directory;
  for (std::size_t i = 0; i < members; ++i) {
    const std::string name = "m" + std::to_string(i);
    const std::size_t at = zip.size();
    std::string common; // version, flags, method, time, date, CRC, sizes, lengths
    put(common, 2, 10), put(common, 2, 0), put(common, 2, 0), put(common, 4, 0);
    put(common, 4, 0), put(common, 4, 0), put(common, 4, 0);
    put(common, 2, name.size()), put(common, 2, 0);
    zip += "PK\3\4" + common + name;
    directory += "PK\1\2";
    put(directory, 2, 10);
    directory += common;
    put(directory, 2, 0), put(directory, 2, 0), put(directory, 2, 0), put(directory, 4, 0);
    put(directory, 4, at);
    directory += name;
  }
  const std::size_t at = zip.size();
  zip += directory;
  zip += "PK\5\6";
  put(zip, 4, 0), put(zip, 2, members & 0xFFFF), put(zip, 2, members & 0xFFFF);
  put(zip, 4, directory.size()), put(zip, 4, at), put(zip, 2, 0);
  return zip;
}

} // namespace coldsweep::test

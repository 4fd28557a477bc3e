// SPDX-License-Identifier: Apache-2.0
#include "content/library_walk.h"

#include "base/endian.h"
#include "base/text.h"
#include "content/archive_input.h"
#include "content/member_bytes.h"
#include "content/member_name.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <clocale>
#include <memory>
#include <utility>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr const char* kNoMemory = "there was no memory to decompress it";

struct CloseArchive {
  void operator()(archive* of) const { archive_read_free(of); }
};
using ArchivePtr = std::unique_ptr<archive, CloseArchive>;

/// A locale that can represent all names; null if there is none. Loaded once: its files are mapped,
/// and doing that for each member would slow down all threads.
locale_t wide_locale() {
  struct Owned {
    locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    ~Owned() {
      if (locale != nullptr) freelocale(locale);
    }
  };
  static const Owned owned;
  return owned.locale;
}

/// libarchive converts names to the current locale. This sets the wide one, for this thread only.
class WideLocale {
public:
  WideLocale() : before_(wide_locale() == nullptr ? nullptr : uselocale(wide_locale())) {}
  ~WideLocale() {
    if (before_ != nullptr) uselocale(before_);
  }
  WideLocale(const WideLocale&) = delete;
  WideLocale& operator=(const WideLocale&) = delete;

private:
  locale_t before_;
};

void support(archive* a, ArchiveKind kind) {
  switch (kind) {
  case ArchiveKind::zip: archive_read_support_format_zip_streamable(a); break;
  case ArchiveKind::seven_zip: archive_read_support_format_7zip(a); break;
  case ArchiveKind::cab: archive_read_support_format_cab(a); break;
  case ArchiveKind::tar: archive_read_support_format_tar(a); break;
  case ArchiveKind::iso: archive_read_support_format_iso9660(a); break;
  case ArchiveKind::rar:
    archive_read_support_format_rar(a);
    archive_read_support_format_rar5(a);
    break;
  case ArchiveKind::compressed:
  case ArchiveKind::mail:
  case ArchiveKind::none: break;
  }
  // Names that don't state their encoding are taken as UTF-8. Invalid bytes are escaped.
  archive_read_set_options(a, "hdrcharset=UTF-8");
  // A second tar behind the first, too: zeros end nothing.
  if (kind == ArchiveKind::tar) archive_read_set_options(a, "read_concatenated_archives");
  archive_clear_error(a);
}

std::string name_of(archive_entry* entry, u64 number) {
  const char* raw = archive_entry_pathname_utf8(entry);
  if (raw == nullptr) raw = archive_entry_pathname(entry);
  std::string name = raw == nullptr ? "" : raw;
  if (name.empty()) return fmt::format("member-{}", number);
  return member_name(std::move(name));
}

bool is_about_encryption(std::string_view text) {
  return text.find("ncrypt") != std::string_view::npos ||
         text.find("assphrase") != std::string_view::npos ||
         text.find("Crypto codec") != std::string_view::npos;
}

/// Where an archive ends by its own header. Absent if that doesn't say it.
std::optional<u64> stated_end(ByteView content, ArchiveKind kind) {
  std::optional<u64> end;
  if (kind == ArchiveKind::cab) end = little<u32>(content, 8); // [MS-CAB] 2.1, cbCabinet
  if (kind == ArchiveKind::seven_zip) {                        // 7zFormat.txt, "SignatureHeader"
    const std::optional<u64> offset = little<u64>(content, 12), size = little<u64>(content, 20);
    if (size) end = saturating_add(saturating_add(32, *offset), *size);
  }
  if (kind == ArchiveKind::iso) // ECMA-119, 8.4: blocks of the volume, and their size
    end = u64{little<u32>(content, 0x8050).value_or(0)} * little<u16>(content, 0x8080).value_or(0);
  return end && *end > 0 && *end < content.size() ? end : std::nullopt;
}

struct LibraryInput {
  ArchiveKind kind;
  std::vector<ByteView> pieces;
  std::string name; ///< of the only member; empty: as the archive says
};

class Walker {
public:
  Walker(LibraryInput from, ArchiveBudget& budget, const UseMember& use)
      : kind_(from.kind), only_name_(std::move(from.name)), budget_(budget), use_(use),
        input_(std::move(from.pieces), *budget.deadline), archive_(archive_read_new()),
        bytes_(budget, walk_, Skipping::costly) {}

  ArchiveWalk run() {
    if (!archive_) {
      walk_.limit = kNoMemory;
      return std::move(walk_);
    }
    if (!open()) return std::move(walk_);
    while (walk_.limit.empty()) {
      archive_entry* entry = nullptr;
      const int code = next(entry);
      if (is_cut_short()) break;
      if (code == ARCHIVE_EOF) {
        note_end();
        break;
      }
      if (code < ARCHIVE_WARN) {
        note_failure();
        if (code == ARCHIVE_FATAL || ++retries_ > most_retries()) break;
        continue;
      }
      if (is_file(entry)) visit(entry);
    }
    return std::move(walk_);
  }

private:
  bool open() {
    const WideLocale wide;
    support(archive_.get(), kind_);
    if (input_.open(archive_.get()) == ARCHIVE_OK) return true;
    if (!is_cut_short()) note_failure();
    return false;
  }

  int next(archive_entry*& entry) {
    const WideLocale wide;
    const int code = archive_read_next_header(archive_.get(), &entry);
    if (code >= ARCHIVE_WARN && code != ARCHIVE_EOF)
      name_ = only_name_.empty() ? name_of(entry, walk_.members) : only_name_;
    return code;
  }

  /// In a tar, whatever has data is a file to us.
  bool is_file(archive_entry* entry) const {
    const auto type = archive_entry_filetype(entry);
    return type == AE_IFREG || type == 0 ||
           (kind_ == ArchiveKind::tar && archive_entry_size(entry) > 0);
  }

  /// A damaged tar is searched for the next header, 512 bytes at a time.
  u64 most_retries() const { return kind_ == ArchiveKind::tar ? input_.size() / 512 + 16 : 3; }

  void note_end() {
    if (kind_ != ArchiveKind::tar && kind_ != ArchiveKind::rar) return;
    const la_int64_t read = archive_filter_bytes(archive_.get(), -1);
    if (read > 0) walk_.end = static_cast<u64>(read);
  }

  std::string error() const {
    const char* text = archive_error_string(archive_.get());
    return text == nullptr ? "no reason given" : printable(as_utf8(text));
  }

  void note_failure() {
    std::string what = error();
    if (is_about_encryption(what))
      walk_.list_encrypted = true;
    else if (retries_ < 3)
      walk_.note_damage(std::move(what));
  }

  /// Whether the library failed for lack of time or memory, which is not the archive's damage.
  bool is_cut_short() {
    if (input_.was_cut()) return budget_.out_of_time(walk_);
    if (archive_errno(archive_.get()) == ENOMEM) walk_.limit = kNoMemory;
    return !walk_.limit.empty();
  }

  void visit(archive_entry* entry) {
    const std::string name = name_;
    if (!budget_.begin_member(walk_)) return;
    if (archive_entry_is_encrypted(entry) != 0) return note_encrypted(name);
    const bool is_plain_file =
        archive_entry_filetype(entry) == AE_IFREG && archive_entry_hardlink(entry) == nullptr;
    bytes_.begin(name);
    const bool whole = read(name);
    bytes_.finish(use_, whole && is_plain_file);
  }

  void note_encrypted(const std::string& name) {
    if (walk_.encrypted++ == 0) walk_.first_encrypted = name;
  }

  /// What comes before damage is kept, and so is a block whose checksum is wrong. Returns whether
  /// there was no damage.
  bool read(const std::string& name) {
    while (true) {
      const void* block = nullptr;
      std::size_t size = 0;
      la_int64_t offset = 0;
      const int code = archive_read_data_block(archive_.get(), &block, &size, &offset);
      if (is_cut_short()) {
        bytes_.drop();
        return false;
      }
      if (code == ARCHIVE_EOF) return true;
      if (code < ARCHIVE_OK) {
        const std::string why = error();
        if (is_about_encryption(why)) {
          bytes_.drop();
          note_encrypted(name);
          return false;
        }
        walk_.note_damage(fmt::format("{}: {}", name, why));
        if (code == ARCHIVE_FATAL) {
          walk_.limit = fmt::format("nothing can be read past {}", name);
          walk_.ended_by_damage = true;
        }
        if (code < ARCHIVE_WARN) return false;
      }
      if (!fill_up_to(static_cast<u64>(std::max<la_int64_t>(offset, 0)))) return false;
      if (!bytes_.append({static_cast<const std::byte*>(block), size})) return false;
    }
  }

  /// A sparse member has no blocks for its zeros.
  bool fill_up_to(u64 offset) {
    static constexpr std::array<std::byte, 4096> kZeros{};
    while (bytes_.size() < offset)
      if (!bytes_.append(
              ByteView(kZeros).first(std::min<u64>(kZeros.size(), offset - bytes_.size()))))
        return false;
    return true;
  }

  ArchiveKind kind_;
  std::string only_name_;
  ArchiveBudget& budget_;
  const UseMember& use_;
  ArchiveInput input_; // outlives the archive, which reads from it
  ArchivePtr archive_;
  ArchiveWalk walk_;
  MemberBytes bytes_;
  std::string name_; // of the current entry
  u64 retries_ = 0;
};

} // namespace

ArchiveWalk walk_by_library(ByteView content, ArchiveKind kind, ArchiveBudget& budget,
                            const UseMember& use) {
  ArchiveWalk walk = Walker({kind, {content}, {}}, budget, use).run();
  if (const std::optional<u64> end = stated_end(content, kind)) walk.end = end;
  // Of the end block of a RAR 5, the library has read only the CRC: its size and that many bytes
  // follow.
  if (kind == ArchiveKind::rar && walk.end && has_at(content, 6, "\1"))
    *walk.end += 1 + (little<u8>(content, *walk.end).value_or(0) & 0x7F);
  return walk;
}

ArchiveWalk walk_zip_member(const ZipEntry& entry, const std::string& name, ByteView data,
                            ArchiveBudget& budget, const UseMember& use) {
  std::string header(kZipLocal);
  const auto put = [&](u64 value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) header += static_cast<char>(value >> (8 * i) & 0xFF);
  };
  put(63, 2);                     // the version needed
  put(entry.flags & ~0x0808U, 2); // sizes are here, and the name is ASCII
  put(entry.method, 2);
  put(0, 4);
  put(entry.crc, 4);
  put(std::min<u64>(data.size(), 0xFFFFFFFE), 4);
  put(std::min<u64>(entry.size, 0xFFFFFFFE), 4);
  put(1, 2);
  put(0, 2);
  header += 'm';
  return Walker({ArchiveKind::zip, {bytes_of(header), data}, name}, budget, use).run();
}

} // namespace coldsweep

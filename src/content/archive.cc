// SPDX-License-Identifier: Apache-2.0
#include "content/archive.h"

#include "base/endian.h"
#include "base/text.h"
#include "content/archive_input.h"
#include "content/growing_bytes.h"
#include "content/mail.h"
#include "content/member_name.h"

#include <cerrno>
#include <clocale>
#include <memory>
#include <utility>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

namespace coldsweep {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kStep = 256 << 10;
constexpr std::size_t kMostDamage = 3;
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
  case ArchiveKind::zip: archive_read_support_format_zip(a); break;
  case ArchiveKind::seven_zip: archive_read_support_format_7zip(a); break;
  case ArchiveKind::cab: archive_read_support_format_cab(a); break;
  case ArchiveKind::tar: archive_read_support_format_tar(a); break;
  case ArchiveKind::iso: archive_read_support_format_iso9660(a); break;
  case ArchiveKind::rar:
    archive_read_support_format_rar(a);
    archive_read_support_format_rar5(a);
    break;
  case ArchiveKind::compressed:
    archive_read_support_filter_gzip(a);
    archive_read_support_filter_bzip2(a);
    archive_read_support_filter_xz(a);
    archive_read_support_filter_zstd(a);
    archive_read_support_format_raw(a);
    break;
  case ArchiveKind::mail:
  case ArchiveKind::none: break;
  }
  // Names that don't state their encoding are taken as UTF-8. Invalid bytes are escaped.
  archive_read_set_options(a, "hdrcharset=UTF-8");
  archive_clear_error(a);
}

std::string name_of(archive_entry* entry, ArchiveKind kind, u64 number) {
  const char* raw = archive_entry_pathname_utf8(entry);
  if (raw == nullptr) raw = archive_entry_pathname(entry);
  std::string name = raw == nullptr ? "" : raw;
  if (kind == ArchiveKind::compressed && (name.empty() || name == "data")) return "content";
  if (name.empty()) return fmt::format("member-{}", number);
  return member_name(std::move(name));
}

class Walker {
public:
  Walker(ByteView content, ArchiveKind kind, ArchiveBudget& budget, const UseMember& use)
      : kind_(kind), budget_(budget), use_(use), input_(content, *budget.deadline),
        archive_(archive_read_new()) {}

  ArchiveWalk run() {
    if (!archive_) {
      walk_.limit = kNoMemory;
      return std::move(walk_);
    }
    if (!open()) return std::move(walk_);
    while (walk_.limit.empty()) {
      archive_entry* entry = nullptr;
      const int code = next(entry);
      if (is_cut_short() || code == ARCHIVE_EOF) break;
      if (code < ARCHIVE_WARN) {
        note_damage(error());
        if (code == ARCHIVE_FATAL || ++retries_ > kMostDamage) break;
        continue;
      }
      if (archive_entry_filetype(entry) != AE_IFREG && archive_entry_filetype(entry) != 0) continue;
      visit(entry);
    }
    return std::move(walk_);
  }

private:
  bool open() {
    const WideLocale wide;
    support(archive_.get(), kind_);
    if (input_.open(archive_.get()) == ARCHIVE_OK) return true;
    if (!is_cut_short()) note_damage(error());
    return false;
  }

  int next(archive_entry*& entry) {
    const WideLocale wide;
    const int code = archive_read_next_header(archive_.get(), &entry);
    if (code >= ARCHIVE_WARN && code != ARCHIVE_EOF) name_ = name_of(entry, kind_, walk_.members);
    return code;
  }

  std::string error() const {
    const char* text = archive_error_string(archive_.get());
    return text == nullptr ? "no reason given" : printable(as_utf8(text));
  }

  /// Whether the library failed for lack of time or memory, which is not the archive's damage.
  bool is_cut_short() {
    if (input_.was_cut()) return budget_.out_of_time(walk_);
    if (archive_errno(archive_.get()) == ENOMEM) walk_.limit = kNoMemory;
    return !walk_.limit.empty();
  }

  void note_damage(std::string what) {
    if (walk_.damage.size() < kMostDamage) walk_.damage.push_back(std::move(what));
  }

  void visit(archive_entry* entry) {
    const std::string name = name_;
    if (!budget_.begin_member(walk_)) return;
    if (archive_entry_is_encrypted(entry) != 0) return note_encrypted(name);
    if (read(name)) budget_.hand_out({name, bytes_.view()}, use_);
    bytes_.clear();
    budget_.leave_room();
  }

  void note_encrypted(const std::string& name) {
    if (walk_.encrypted++ == 0) walk_.first_encrypted = name;
  }

  /// Grows as bytes arrive: sizes in headers are not trusted. Returns false if there is nothing to
  /// scan.
  bool read(const std::string& name) {
    while (true) {
      const la_ssize_t got = archive_read_data(archive_.get(), step_.get(), kStep);
      if (is_cut_short()) return false;
      if (got < 0) {
        const std::string why = error();
        if (why.find("ncrypt") != std::string::npos || why.find("assphrase") != std::string::npos) {
          note_encrypted(name);
          return false;
        }
        note_damage(fmt::format("{}: {}", name, why));
        if (got == ARCHIVE_FATAL) walk_.limit = fmt::format("nothing can be read past {}", name);
        return bytes_.size() > 0; // what came before the damage is scanned
      }
      const u64 taken = static_cast<u64>(got);
      if (taken > budget_.bytes_left) {
        walk_.limit = fmt::format("it decompresses to more than {} bytes, or to more than {} times "
                                  "its size",
                                  budget_.limits.total_bytes, budget_.limits.ratio);
        return false;
      }
      budget_.bytes_left -= taken;
      if (got == 0) return bytes_.size() > 0;
      if (!keep(name, {step_.get(), taken})) return false;
      if (budget_.out_of_time(walk_)) return false;
    }
  }

  /// Returns false if the member is not to be looked at.
  bool keep(const std::string& name, ByteView more) {
    const u64 size = bytes_.size() + more.size();
    const bool too_large = size > budget_.member_bytes();
    if (!too_large) {
      budget_.make_room(size);
      if (bytes_.append(more)) return true;
    }
    u64& count = too_large ? walk_.too_large : walk_.no_memory;
    if (count++ == 0) (too_large ? walk_.first_too_large : walk_.first_without_memory) = name;
    // Skipping the rest means decompressing it, except in a zip.
    if (kind_ == ArchiveKind::zip) return false;
    walk_.limit = too_large
                      ? fmt::format("{} is larger than {} bytes", name, budget_.member_bytes())
                      : fmt::format("there was no memory for {}", name);
    return false;
  }

  ArchiveKind kind_;
  ArchiveBudget& budget_;
  const UseMember& use_;
  ArchiveInput input_; // outlives the archive, which reads from it
  ArchivePtr archive_;
  ArchiveWalk walk_;
  // One for all members: most are small, and clearing this much for each took longer than reading
  // it.
  std::unique_ptr<std::byte[]> step_ = std::make_unique_for_overwrite<std::byte[]>(kStep);
  std::string name_;   // of the current entry
  GrowingBytes bytes_; // of the current member; one for all, like `step_`
  std::size_t retries_ = 0;
};

} // namespace

ArchiveKind archive_kind(ByteView content) {
  if (content.size() < 18) return ArchiveKind::none; // the size of an empty gzip file
  if (has_at(content, 0, "PK\3\4"sv) || has_at(content, 0, "PK\7\x08"sv)) return ArchiveKind::zip;
  if (has_at(content, 0, "7z\xBC\xAF\x27\x1C"sv)) return ArchiveKind::seven_zip;
  if (has_at(content, 0, "MSCF\0\0\0\0"sv)) return ArchiveKind::cab;
  if (has_at(content, 0, "Rar!\x1A\x07"sv)) return ArchiveKind::rar;
  if (has_at(content, 0, "\x1F\x8B\x08"sv) || has_at(content, 0, "\xFD\x37zXZ\0"sv) ||
      has_at(content, 0, "\x28\xB5\x2F\xFD"sv) ||
      (has_at(content, 0, "BZh"sv) && has_at(content, 4, "1AY&SY"sv)))
    return ArchiveKind::compressed;
  if (has_at(content, 257, "ustar"sv)) return ArchiveKind::tar;
  if (has_at(content, 0x8001, "CD001"sv)) return ArchiveKind::iso;
  return is_mail(content) ? ArchiveKind::mail : ArchiveKind::none;
}

ArchiveWalk walk_archive(ByteView content, ArchiveKind kind, ArchiveBudget& budget,
                         const UseMember& use) {
  if (kind == ArchiveKind::mail) return walk_mail(content, budget, use);
  return Walker(content, kind, budget, use).run();
}

} // namespace coldsweep

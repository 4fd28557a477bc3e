// SPDX-License-Identifier: Apache-2.0
#include "report/bag.h"

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "report/payload.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace coldsweep::report {
namespace {

namespace fs = std::filesystem;

constexpr u64 kPiece = 1_MiB;

/// Returns the hash of the bytes as they are written, so that the list describes the copy.
std::string copy_file(const fs::path& from, const fs::path& to, u64& bytes) {
  const File source = File::open(from);
  File target = File::create(to);
  Hasher hasher(HashKind::sha256);
  const u64 size = source.size();
  std::vector<std::byte> piece(std::min(size, kPiece));
  for (u64 at = 0; at < size;) {
    const MutableBytes part =
        MutableBytes(piece).first(static_cast<std::size_t>(std::min(size - at, kPiece)));
    source.read(at, part);
    target.write(at, part);
    hasher.add(part);
    at += part.size();
  }
  target.sync();
  bytes += size;
  return hasher.finish();
}

/// Each value is one line of the bag's description.
std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return text;
}

/// No Bagging-Date: it would make two bags of one case differ.
std::string description_of(const SealedCase& sealed, const BagSummary& payload) {
  std::string text;
  const auto add = [&](const char* label, const std::string& value) {
    if (!value.empty()) text += fmt::format("{}: {}\n", label, one_line(value));
  };
  add("Source-Organization", sealed.case_text({"info", "agency"}));
  add("Contact-Name", sealed.case_text({"info", "examiner"}));
  add("External-Identifier", sealed.case_text({"info", "case_number"}));
  add("Internal-Sender-Identifier", sealed.case_text({"info", "exhibit"}));
  add("Internal-Sender-Description", sealed.case_text({"info", "notes"}));
  add("External-Description",
      "coldsweep case of the image " + sealed.image_name() + ", seal " + sealed.seal_sha256);
  return text + fmt::format("Payload-Oxum: {}.{}\n", payload.bytes, payload.files);
}

/// Writes a tag file and returns its line for the list of tag files.
std::string tag_file(const fs::path& bag, const char* name, const std::string& text) {
  File file = File::create(bag / name);
  file.write(0, bytes_of(text));
  file.sync();
  return fmt::format("{}  {}\n", sha256_of(text), name);
}

} // namespace

void check_bag_folder(const fs::path& bag, const fs::path& case_folder) {
  const fs::path within =
      fs::weakly_canonical(bag).lexically_relative(fs::weakly_canonical(case_folder));
  if (!within.empty() && *within.begin() != "..")
    throw UsageError(fmt::format("{}: must be outside of the case folder", bag.string()));
  std::error_code ignored;
  const fs::file_status status = fs::symlink_status(bag, ignored);
  if (fs::exists(status) && !(fs::is_directory(status) && fs::is_empty(bag)))
    throw UsageError(fmt::format("{}: must be a new or empty folder", bag.string()));
  if (const std::string why = why_not_creatable(bag); !why.empty())
    throw UsageError(fmt::format("{}: can't be written: {}", bag.string(), why));
}

BagSummary write_bag(const SealedCase& sealed, const fs::path& case_folder, const fs::path& bag) {
  check_bag_folder(bag, case_folder);
  BagSummary summary;
  std::string list;
  for (const fs::path& path : payload_of(case_folder)) {
    const fs::path target = bag / "data" / path;
    fs::create_directories(target.parent_path());
    const std::string sha256 = copy_file(case_folder / path, target, summary.bytes);
    if (*path.begin() == "evidence" && sha256 != path.filename())
      throw Error(fmt::format("{}: its hash is {}", path.string(), sha256));
    list += fmt::format("{}  data/{}\n", sha256, path.generic_string());
    ++summary.files;
  }
  std::string tags = tag_file(bag, "bag-info.txt", description_of(sealed, summary));
  tags += tag_file(bag, "manifest-sha256.txt", list);
  const std::string declaration = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
  tags += fmt::format("{}  bagit.txt\n", sha256_of(declaration));
  tag_file(bag, "tagmanifest-sha256.txt", tags);
  tag_file(bag, "bagit.txt", declaration); // last: without it, this is not a bag
  sync_directory(bag);
  return summary;
}

} // namespace coldsweep::report

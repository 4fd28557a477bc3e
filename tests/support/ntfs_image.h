// SPDX-License-Identifier: Apache-2.0
// Builds NTFS images for tests. A fluent description goes to the program ntfs_writer
// (samples/ntfs_writer), which writes with libntfs-3g and reports what it wrote. Not shared between
// threads while it is being described.
//
//   NtfsImage image({.size = 16_MiB});
//   image.file("docs/a.txt", "hello").stream("Zone.Identifier", kMarker);
//   image.file("b.bin", pattern(1_MiB)).compressed();
//   image.file("gone.exe", kMarker).deleted();
//   sweep(image.build());
//
// Names are UTF-8. `\uXXXX` is a UTF-16 unit as it is (a lone surrogate, NUL) and `\u005c` a
// backslash, as in manifests.
#pragma once

#include "support/content.h"
#include "support/temp_dir.h"
#include "support/wof_codec.h"

#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace coldsweep::test {

/// Whether the image writer was built and mkntfs is installed. Otherwise tests that need images are
/// skipped.
bool can_build_ntfs_images();

/// One stream as written: everything that a reader of the image must agree with.
struct WrittenStream {
  std::string path;               ///< without a leading `/`; the root folder is empty
  std::vector<std::string> links; ///< further names
  std::string stream;             ///< empty for the main one
  u64 record = 0;
  u64 holder = 0;           ///< record where the attribute begins; an attribute list can move it
  u16 attribute_id = 0;     ///< in the holder
  u16 sequence = 0;         ///< the record's current one; deletion increments it
  bool allocated = true;    ///< its record is in use
  bool overwritten = false; ///< deleted, and its record or clusters may hold something else by now
  bool resident = false, compressed = false, sparse = false;
  bool wof =
      false; ///< the main stream of a WOF file: its own clusters hold nothing, TSK reads zeros
  u64 size = 0, initialized = 0, runs = 0, stored = 0;
  std::vector<StoredPart> parts; ///< in order; zeros between them

  void read(u64 offset, MutableBytes into) const;
  std::string bytes() const;
  std::string sha256() const;
};

struct FileTimes {
  u64 created = 0, modified = 0, mft_modified = 0,
      accessed = 0; ///< as NTFS counts: 100 ns since 1601
};

/// A file or folder being described. Modifiers apply to the stream named last.
class NtfsFile {
public:
  NtfsFile& stream(std::string name, Content content);
  /// An alternate stream that is sparse.
  NtfsFile& sparse_stream(std::string name, u64 size, std::vector<StoredPart> parts = {});
  /// `count` small streams, `s0000` and so on: a dozen need an attribute list, hundreds spread it
  /// over many records.
  NtfsFile& many_streams(u64 count);

  NtfsFile& compressed();
  NtfsFile& fragmented(u64 fragments);
  NtfsFile& initialized(u64 size);
  /// Written after all other files, so that it is stored elsewhere.
  NtfsFile& append(Content content);

  NtfsFile& hard_link(std::string path);
  NtfsFile& renamed(std::string path);
  NtfsFile& dos_name(std::string name);
  NtfsFile& times(FileTimes times);
  NtfsFile& reparse_point(u32 tag, std::string data);
  NtfsFile& extended_attributes(std::string data);
  NtfsFile& deleted();
  /// The record stays in use, but no folder names it.
  NtfsFile& without_name();
  /// The record has no name of its own either.
  NtfsFile& nameless();

private:
  friend class NtfsImage;
  friend class RecipeWriter;
  struct Stream {
    std::string name;
    std::vector<StoredPart> parts;
    std::optional<Content> appended, reads_as;
    u64 size = 0;
    std::optional<u64> initialized, leave;
    u64 fragments = 1;
    bool compressed = false, sparse = false;
  };
  NtfsFile(std::string path, unsigned phase) : path_(std::move(path)), phase_(phase) {}

  const std::string& final_path() const { return renamed_ ? *renamed_ : path_; }

  std::string path_;
  unsigned phase_;
  bool folder_ = false, wof_ = false, deleted_ = false, without_name_ = false, nameless_ = false;
  std::deque<Stream> streams_;
  std::vector<std::string> links_, dos_names_;
  std::optional<std::string> renamed_, extended_attributes_, reparse_data_;
  u32 reparse_tag_ = 0;
  std::optional<FileTimes> times_;
};

struct NtfsImageOptions {
  u64 size = 16_MiB;
  u32 cluster = 4096;
  u32 mft_record = 1024; ///< or 4096
  std::string label = "coldsweep";
  std::string description{}; ///< for failure messages
};

class NtfsImage {
public:
  explicit NtfsImage(NtfsImageOptions options = {});
  NtfsImage(NtfsImage&&) noexcept = default;

  NtfsFile& file(std::string path, Content content = {});
  /// The root is the empty path.
  NtfsFile& folder(std::string path);
  NtfsFile& sparse_file(std::string path, u64 size, std::vector<StoredPart> parts = {});
  /// A file as Windows' "compact" leaves it, compressed by libwim (`can_compress_wof`).
  NtfsFile& wof_file(std::string path, Content content, Encoding kind);
  /// The same, of `size` bytes, with `stored` as its WofCompressedData, valid or not.
  NtfsFile& wof_file(std::string path, u64 size, Content stored, u32 algorithm = 0);
  /// A file of zeros that fills the volume except for `leave` bytes.
  NtfsFile& fill(std::string path, u64 leave);
  /// Everything described from here on is written after everything before, deletions included.
  NtfsImage& then();

  /// Writes the image, once. Throws Error with the writer's message.
  const std::filesystem::path& build();
  /// Every stream described, once the image is built.
  const std::vector<WrittenStream>& contents();
  /// The stream of that path and name; throws when there is none.
  const WrittenStream& written(const std::string& path, const std::string& stream = {});

  std::string recipe() const;
  const std::string& description() const { return options_.description; }
  const TempDir& folder_of_image() const { return directory_; }

private:
  NtfsFile& add(std::string path);
  WrittenStream parse_report(const std::string& line, const NtfsFile& file,
                             const NtfsFile::Stream& stream) const;
  NtfsImageOptions options_;
  unsigned phase_ = 0;
  std::deque<NtfsFile> files_;
  TempDir directory_;
  std::optional<std::filesystem::path> built_;
  std::vector<WrittenStream> contents_;
};

} // namespace coldsweep::test

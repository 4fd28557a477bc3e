// SPDX-License-Identifier: Apache-2.0
#include "support/ntfs_image.h"

#include "base/error.h"
#include "base/hash.h"
#include "support/run_tool.h"

#include "ntfs_writer/base64.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace coldsweep::test {
namespace {

using nlohmann::json;

constexpr u32 kWofTag = 0x80000017;

void add_little(std::string& to, u32 value) {
  for (int shift = 0; shift < 32; shift += 8) to += static_cast<char>(value >> shift);
}

std::string base64(const std::string& bytes) { return recipe::to_base64(bytes); }

json parts_json(const std::vector<StoredPart>& parts) {
  json list = json::array();
  for (const StoredPart& part : parts)
    list.push_back({{"offset", part.offset}, {"content", part.content.to_json()}});
  return list;
}

} // namespace

bool can_build_ntfs_images() {
  return *COLDSWEEP_NTFS_WRITER != '\0' && have_tool(COLDSWEEP_NTFS_WRITER) && have_tool("mkntfs");
}

void WrittenStream::read(u64 offset, MutableBytes into) const {
  std::fill(into.begin(), into.end(), std::byte{0});
  const u64 end = std::min(offset + into.size(), initialized);
  for (const StoredPart& part : parts) {
    const u64 from = std::max(offset, part.offset);
    const u64 to = std::min(end, part.offset + part.content.size());
    if (from < to) part.content.read(from - part.offset, into.subspan(from - offset, to - from));
  }
}

std::string WrittenStream::bytes() const {
  std::string all(size, '\0');
  read(0, std::as_writable_bytes(std::span(all)));
  return all;
}

std::string WrittenStream::sha256() const {
  std::vector<std::byte> buffer(1_MiB);
  Hasher hasher(HashKind::sha256);
  for (u64 at = 0; at < size;) {
    const MutableBytes piece = MutableBytes(buffer).first(std::min<u64>(buffer.size(), size - at));
    read(at, piece);
    hasher.add(piece);
    at += piece.size();
  }
  return hasher.finish();
}

NtfsFile& NtfsFile::stream(std::string name, Content content) {
  Stream& added = streams_.emplace_back();
  added.name = std::move(name);
  added.size = content.size();
  added.parts.push_back({0, std::move(content)});
  return *this;
}

NtfsFile& NtfsFile::sparse_stream(std::string name, u64 size, std::vector<StoredPart> parts) {
  Stream& added = streams_.emplace_back();
  added.name = std::move(name);
  added.size = size;
  added.parts = std::move(parts);
  added.sparse = true;
  return *this;
}

NtfsFile& NtfsFile::many_streams(u64 count) {
  for (u64 i = 0; i < count; ++i)
    stream(fmt::format("s{:04}", i), Content(fmt::format("stream {} of {}", i, path_)));
  return *this;
}

NtfsFile& NtfsFile::compressed() {
  streams_.back().compressed = true;
  return *this;
}
NtfsFile& NtfsFile::fragmented(u64 fragments) {
  streams_.back().fragments = fragments;
  return *this;
}
NtfsFile& NtfsFile::initialized(u64 size) {
  streams_.back().initialized = size;
  return *this;
}
NtfsFile& NtfsFile::append(Content content) {
  streams_.back().appended = std::move(content);
  return *this;
}
NtfsFile& NtfsFile::hard_link(std::string path) {
  links_.push_back(std::move(path));
  return *this;
}
NtfsFile& NtfsFile::renamed(std::string path) {
  renamed_ = std::move(path);
  return *this;
}
NtfsFile& NtfsFile::dos_name(std::string name) {
  dos_names_.push_back(std::move(name));
  return *this;
}
NtfsFile& NtfsFile::times(FileTimes times) {
  times_ = times;
  return *this;
}
NtfsFile& NtfsFile::reparse_point(u32 tag, std::string data) {
  reparse_tag_ = tag;
  reparse_data_ = std::move(data);
  return *this;
}
NtfsFile& NtfsFile::extended_attributes(std::string data) {
  extended_attributes_ = std::move(data);
  return *this;
}
NtfsFile& NtfsFile::deleted() {
  deleted_ = true;
  return *this;
}
NtfsFile& NtfsFile::without_name() {
  without_name_ = true;
  return *this;
}
NtfsFile& NtfsFile::nameless() {
  nameless_ = true;
  return without_name();
}

/// Turns descriptions into the image writer's lines.
class RecipeWriter {
public:
  void step(const char* op, json fields) {
    fields["op"] = op;
    text_ += fields.dump() + '\n';
  }
  void contents(const NtfsFile& file) {
    if (file.folder_) step("mkdir", {{"path", file.path_}});
    for (const NtfsFile::Stream& stream : file.streams_) content(file.path_, stream);
  }
  void changes_of_content(const NtfsFile& file) {
    for (const NtfsFile::Stream& stream : file.streams_) {
      const json place{{"path", file.path_}, {"stream", stream.name}};
      if (stream.appended) step("append", with(place, {{"content", stream.appended->to_json()}}));
      if (stream.initialized) step("initialized", with(place, {{"size", *stream.initialized}}));
    }
  }
  void names_and_attributes(const NtfsFile& file);
  void deletion(const NtfsFile& file) {
    for (const std::string& link : file.links_) step("delete", {{"path", link}});
    step("delete", {{"path", file.final_path()}});
  }
  const std::string& text() const { return text_; }

private:
  static json with(json fields, const json& more) {
    fields.update(more);
    return fields;
  }
  void content(const std::string& path, const NtfsFile::Stream& stream);
  std::string text_;
};

void RecipeWriter::content(const std::string& path, const NtfsFile::Stream& stream) {
  const json place{{"path", path}, {"stream", stream.name}};
  if (stream.leave) return step("fill", with(place, {{"leave", *stream.leave}}));
  if (stream.sparse)
    return step("sparse",
                with(place, {{"size", stream.size}, {"parts", parts_json(stream.parts)}}));
  step(stream.name.empty() ? "file" : "stream",
       with(place, {{"content", stream.parts.front().content.to_json()},
                    {"compressed", stream.compressed},
                    {"fragments", stream.fragments}}));
}

void RecipeWriter::names_and_attributes(const NtfsFile& file) {
  const json place{{"path", file.path_}};
  if (file.reparse_data_)
    step("reparse",
         with(place, {{"tag", file.reparse_tag_}, {"data", base64(*file.reparse_data_)}}));
  if (file.extended_attributes_)
    step("ea", with(place, {{"data", base64(*file.extended_attributes_)}}));
  for (const std::string& link : file.links_) step("hardlink", with(place, {{"to", link}}));
  if (file.renamed_) step("rename", with(place, {{"to", *file.renamed_}}));
  const json now{{"path", file.final_path()}};
  for (const std::string& name : file.dos_names_) step("dos_name", with(now, {{"name", name}}));
  if (file.times_)
    step("times", with(now, {{"created", file.times_->created},
                             {"modified", file.times_->modified},
                             {"mft_modified", file.times_->mft_modified},
                             {"accessed", file.times_->accessed}}));
  if (file.without_name_) step("orphan_record", with(now, {{"stripped", file.nameless_}}));
}

NtfsImage::NtfsImage(NtfsImageOptions options) : options_(std::move(options)) {}

NtfsFile& NtfsImage::add(std::string path) {
  if (built_) throw Error("the image is built already");
  return files_.emplace_back(NtfsFile(std::move(path), phase_));
}

NtfsFile& NtfsImage::file(std::string path, Content content) {
  return add(std::move(path)).stream("", std::move(content));
}

NtfsFile& NtfsImage::folder(std::string path) {
  NtfsFile& made = add(std::move(path));
  made.folder_ = true;
  return made;
}

NtfsFile& NtfsImage::sparse_file(std::string path, u64 size, std::vector<StoredPart> parts) {
  return add(std::move(path)).sparse_stream("", size, std::move(parts));
}

NtfsFile& NtfsImage::wof_file(std::string path, u64 size, Content stored, u32 algorithm) {
  std::string data;
  for (const u32 field : {1u, 2u, 1u, algorithm, 0u}) add_little(data, field);
  NtfsFile& made =
      sparse_file(std::move(path), size).stream("WofCompressedData", std::move(stored));
  made.wof_ = true;
  return made.reparse_point(kWofTag, data);
}

NtfsFile& NtfsImage::wof_file(std::string path, Content content, Encoding kind) {
  NtfsFile& made = wof_file(std::move(path), content.size(),
                            wof_stored(wof_chunks(kind, content.bytes())), wof_algorithm(kind));
  made.streams_.front().reads_as = std::move(content);
  return made;
}

NtfsFile& NtfsImage::fill(std::string path, u64 leave) {
  NtfsFile& made = file(std::move(path));
  made.streams_.back().leave = leave;
  return made;
}

NtfsImage& NtfsImage::then() {
  ++phase_;
  return *this;
}

std::string NtfsImage::recipe() const {
  RecipeWriter writer;
  writer.step("format", {{"size", options_.size},
                         {"cluster", options_.cluster},
                         {"mft_record", options_.mft_record},
                         {"label", options_.label}});
  for (unsigned phase = 0; phase <= phase_; ++phase) {
    const auto each = [&](void (RecipeWriter::*write)(const NtfsFile&)) {
      for (const NtfsFile& file : files_)
        if (file.phase_ == phase) (writer.*write)(file);
    };
    each(&RecipeWriter::contents);
    each(&RecipeWriter::changes_of_content);
    each(&RecipeWriter::names_and_attributes);
    // Backwards: the content of a folder is deleted before the folder.
    for (auto file = files_.rbegin(); file != files_.rend(); ++file)
      if (file->phase_ == phase && file->deleted_) writer.deletion(*file);
  }
  return writer.text();
}

/// One line of the image writer's report, combined with what was described.
WrittenStream NtfsImage::parse_report(const std::string& line, const NtfsFile& file,
                                      const NtfsFile::Stream& stream) const {
  const json facts = json::parse(line);
  WrittenStream written;
  written.path = file.final_path();
  written.links = file.links_;
  written.stream = stream.name;
  if (facts.at("path") != written.path || facts.at("stream") != stream.name)
    throw Error("the image writer reports another stream than " + written.path + ":" + stream.name);
  written.record = facts.at("record");
  written.holder = facts.at("holder");
  written.attribute_id = facts.at("attribute");
  written.sequence = facts.at("sequence");
  written.allocated = facts.at("allocated");
  written.overwritten =
      facts.at("overwritten").get<bool>() || (!written.allocated && file.phase_ < phase_);
  written.resident = facts.at("resident");
  written.compressed = facts.at("compressed");
  written.sparse = facts.at("sparse");
  written.wof = file.wof_ && stream.name.empty();
  written.size = facts.at("size");
  written.runs = facts.at("runs");
  written.stored = facts.at("stored");
  written.parts = stream.parts;
  if (stream.appended) written.parts.push_back({stream.size, *stream.appended});
  if (stream.reads_as) written.parts = {{0, *stream.reads_as}};
  // Not as reported: if the writer itself leaves the end uninitialized, that reads as zeros anyway.
  written.initialized = stream.initialized.value_or(written.size);
  return written;
}

const std::filesystem::path& NtfsImage::build() {
  if (built_) return *built_;
  const std::filesystem::path path = directory_ / "image.raw";
  std::istringstream report(must_run({COLDSWEEP_NTFS_WRITER, path.string()}, recipe()));
  for (unsigned phase = 0; phase <= phase_; ++phase) {
    for (const NtfsFile& file : files_) {
      if (file.phase_ != phase) continue;
      for (const NtfsFile::Stream& stream : file.streams_) {
        std::string line;
        std::getline(report, line);
        contents_.push_back(parse_report(line, file, stream));
      }
    }
  }
  return built_.emplace(path);
}

const std::vector<WrittenStream>& NtfsImage::contents() {
  build();
  return contents_;
}

const WrittenStream& NtfsImage::written(const std::string& path, const std::string& stream) {
  for (const WrittenStream& candidate : contents())
    if (candidate.path == path && candidate.stream == stream) return candidate;
  throw Error("nothing was written as " + path + ":" + stream);
}

} // namespace coldsweep::test

// SPDX-License-Identifier: GPL-2.0-or-later
// ntfs_writer IMAGE < RECIPE: applies a recipe (JSON lines) to an NTFS volume in a file, and prints
// a JSON line for each stream it made. README.md beside this file lists the operations. Equal
// recipes give equal images.
#include "base64.h"
#include "clock.h"
#include "format.h"
#include "volume.h"

#include <functional>
#include <iostream>
#include <map>

namespace ntfs_writer {
namespace {

struct Made {
  std::string path, stream;
  std::uint64_t record = 0;
  bool removed = false;
  bool overwritten = false; ///< its record now holds another file
  std::optional<StreamFacts> facts;
};

class Program {
public:
  explicit Program(std::string image) : image_(std::move(image)) {}

  void apply(const Json& step);
  void finish(std::ostream& out);

private:
  using Operation = void (Program::*)(const Json&);
  static const std::map<std::string, Operation, std::less<>>& operations();

  void format(const Json& step);
  void make_folder(const Json& step);
  void make_file(const Json& step);
  void append(const Json& step);
  void make_stream(const Json& step);
  void make_sparse(const Json& step);
  void set_initialized(const Json& step);
  void fill(const Json& step);
  void remove(const Json& step);
  void remove_name(const Json& step);
  void hard_link(const Json& step);
  void rename(const Json& step);
  void set_dos_name(const Json& step);
  void set_times(const Json& step);
  void set_time_of_clock(const Json& step);
  void set_reparse_point(const Json& step);
  void set_extended_attributes(const Json& step);

  Volume& volume() {
    if (!volume_) volume_.emplace(image_);
    return *volume_;
  }
  static std::string path_of(const Json& step) { return step.at("path").get<std::string>(); }
  std::uint64_t record_of(const Json& step) { return volume().find(parse_path(path_of(step))); }
  void note(const Json& step, std::uint64_t record, bool new_record);
  void note_removal(std::uint64_t record);

  std::string image_;
  std::optional<Volume> volume_;
  std::vector<Made> made_;
};

std::string stream_of(const Json& step) { return step.value("stream", std::string()); }

StreamOptions options_of(const Json& step) {
  return {step.value("compressed", false), step.value("fragments", std::uint64_t{1})};
}

void Program::note(const Json& step, std::uint64_t record, bool new_record) {
  for (Made& made : made_)
    if (new_record && made.record == record) made.overwritten = true;
  made_.push_back({path_of(step), stream_of(step), record, false, false, {}});
}

void Program::note_removal(std::uint64_t record) {
  for (Made& made : made_) {
    if (made.record != record || made.overwritten || made.removed) continue;
    made.facts = volume().facts(record, parse_name(made.stream));
    made.removed = true;
  }
}

void Program::format(const Json& step) {
  if (volume_) throw RecipeError("format must come first");
  format_image(image_, step);
}

void Program::make_folder(const Json& step) { volume().folder(parse_path(path_of(step))); }

void Program::make_file(const Json& step) {
  const std::uint64_t record = volume().file(parse_path(path_of(step)));
  if (step.contains("content"))
    volume().write(record, {}, Content::parse(step.at("content")), options_of(step));
  note(step, record, true);
}

void Program::append(const Json& step) {
  volume().append(record_of(step), parse_name(stream_of(step)), Content::parse(step.at("content")));
}

void Program::make_stream(const Json& step) {
  const std::uint64_t record = record_of(step);
  volume().write(record, parse_name(stream_of(step)), Content::parse(step.at("content")),
                 options_of(step));
  note(step, record, false);
}

void Program::make_sparse(const Json& step) {
  const bool main = stream_of(step).empty();
  const std::uint64_t record = main ? volume().file(parse_path(path_of(step))) : record_of(step);
  std::vector<Part> parts;
  for (const Json& part : step.value("parts", Json::array()))
    parts.push_back({parse_size(part.at("offset")), Content::parse(part.at("content"))});
  volume().write_sparse(record, parse_name(stream_of(step)), parse_size(step.at("size")), parts);
  note(step, record, main);
}

void Program::set_initialized(const Json& step) {
  volume().set_initialized(record_of(step), parse_name(stream_of(step)),
                           parse_size(step.at("size")));
}

void Program::fill(const Json& step) {
  note(step, volume().fill(parse_path(path_of(step)), parse_size(step.at("leave"))), true);
}

void Program::remove(const Json& step) {
  const std::uint64_t record = record_of(step);
  // Removing one of several names doesn't free the record. Only the record's own state shows it.
  std::vector<Made> before = made_;
  note_removal(record);
  volume().remove(parse_path(path_of(step)));
  if (volume().state(record).in_use) made_ = std::move(before);
}

void Program::remove_name(const Json& step) {
  volume().remove_name(parse_path(path_of(step)), step.value("stripped", false));
}

void Program::hard_link(const Json& step) {
  volume().hard_link(record_of(step), parse_path(step.at("to").get<std::string>()));
}

void Program::rename(const Json& step) {
  const std::string to = step.at("to").get<std::string>();
  const std::string from = path_of(step);
  volume().hard_link(record_of(step), parse_path(to));
  volume().remove(parse_path(from));
  for (Made& made : made_)
    if (made.path == from) made.path = to;
}

void Program::set_dos_name(const Json& step) {
  volume().set_dos_name(parse_path(path_of(step)), step.at("name").get<std::string>());
}

void Program::set_times(const Json& step) {
  const auto ticks = [&](const char* name) { return step.at(name).get<std::uint64_t>(); };
  volume().set_times(record_of(step), {ticks("created"), ticks("modified"), ticks("mft_modified"),
                                       ticks("accessed")});
}

void Program::set_time_of_clock(const Json& step) {
  constexpr std::uint64_t year_1970 = 116444736000000000;
  const std::uint64_t time = step.at("time").get<std::uint64_t>();
  if (time < year_1970) throw RecipeError("the clock begins in 1970");
  set_clock(time);
}

std::string data_of(const Json& step) {
  const auto data = coldsweep::recipe::from_base64(step.at("data").get<std::string>());
  if (!data) throw RecipeError("data must be base64");
  return *data;
}

void Program::set_reparse_point(const Json& step) {
  volume().set_reparse_point(record_of(step), step.at("tag").get<std::uint32_t>(), data_of(step));
}

void Program::set_extended_attributes(const Json& step) {
  volume().set_extended_attributes(record_of(step), data_of(step));
}

const std::map<std::string, Program::Operation, std::less<>>& Program::operations() {
  static const std::map<std::string, Operation, std::less<>> table{
      {"format", &Program::format},
      {"mkdir", &Program::make_folder},
      {"file", &Program::make_file},
      {"append", &Program::append},
      {"stream", &Program::make_stream},
      {"sparse", &Program::make_sparse},
      {"initialized", &Program::set_initialized},
      {"fill", &Program::fill},
      {"delete", &Program::remove},
      {"orphan_record", &Program::remove_name},
      {"hardlink", &Program::hard_link},
      {"rename", &Program::rename},
      {"dos_name", &Program::set_dos_name},
      {"times", &Program::set_times},
      {"clock", &Program::set_time_of_clock},
      {"reparse", &Program::set_reparse_point},
      {"ea", &Program::set_extended_attributes},
  };
  return table;
}

void Program::apply(const Json& step) {
  const std::string& name = step.at("op").get_ref<const std::string&>();
  const auto found = operations().find(name);
  if (found == operations().end()) throw RecipeError("no such operation: " + name);
  (this->*found->second)(step);
}

void Program::finish(std::ostream& out) {
  for (Made& made : made_) {
    if (!made.facts) made.facts = volume().facts(made.record, parse_name(made.stream));
    const RecordState state = volume().state(made.record);
    const StreamFacts& facts = *made.facts;
    out << Json{{"path", made.path},          {"stream", made.stream},
                {"record", made.record},      {"sequence", state.sequence},
                {"holder", facts.holder},     {"attribute", facts.attribute},
                {"allocated", !made.removed}, {"overwritten", made.overwritten},
                {"size", facts.size},         {"initialized", facts.initialized},
                {"stored", facts.stored},     {"runs", facts.runs},
                {"resident", facts.resident}, {"compressed", facts.compressed},
                {"sparse", facts.sparse}}
               .dump()
        << '\n';
  }
  volume().close();
}

int run(const std::string& image) {
  Program program(image);
  std::string line;
  for (std::size_t number = 1; std::getline(std::cin, line); ++number) {
    if (line.empty() || line[0] == '#') continue;
    try {
      program.apply(Json::parse(line));
    } catch (const std::exception& e) {
      std::cerr << "ntfs_writer: line " << number << " of the recipe: " << e.what() << "\n  "
                << line.substr(0, 300) << '\n';
      return 1;
    }
  }
  program.finish(std::cout);
  return 0;
}

} // namespace
} // namespace ntfs_writer

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: ntfs_writer IMAGE < RECIPE\n";
    return 2;
  }
  try {
    return ntfs_writer::run(arguments[1]);
  } catch (const std::exception& e) {
    std::cerr << "ntfs_writer: " << e.what() << '\n';
    return 1;
  }
}

// SPDX-License-Identifier: Apache-2.0
#include "hash_sets/hash_sets.h"

#include "base/error.h"
#include "base/guarded.h"
#include "hash_sets/hash_list.h"
#include "hash_sets/hash_rows.h"
#include "hash_sets/known_files.h"

#include <atomic>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

enum class Role : u8 { known_bad, known_good, known };

constexpr const char* name_of(Role role) {
  if (role == Role::known_bad) return "known_bad";
  return role == Role::known_good ? "known_good" : "known";
}

struct ListSet {
  std::string name;
  Role role;
  HashList list;
};

/// A database. Each thread opens it for itself.
struct DatabaseSet {
  std::string name;
  Role role;
  std::filesystem::path file;
  HashKind kind;
};

} // namespace

struct HashSets::State {
  std::vector<HashSetRecord> records;
  std::vector<ListSet> lists;
  std::vector<DatabaseSet> databases;
  ShippedFiles shipped;
  HashKinds kinds;
  /// By database: why it failed, empty if it did not.
  Guarded<std::vector<std::string>> failures;
  std::atomic<bool> any_failed = false;
};

class HashSetLoader {
public:
  HashSets load(const HashSetFiles& files) {
    for (const BuiltinHashSet& set : files.builtin.known_bad)
      load_text(TextLines::of_bytes(set.text, std::string(set.name)), std::string(set.name),
                Role::known_bad);
    for (const BuiltinHashSet& set : files.builtin.shipped_files) load_shipped(set);
    for (const std::filesystem::path& file : files.known_bad) load_file(file, Role::known_bad);
    for (const std::filesystem::path& file : files.known_good) load_file(file, Role::known_good);
    state().shipped.finish();
    if (!state().shipped.empty()) state().kinds.sha256 = true;
    return std::move(sets_);
  }

private:
  HashSets::State& state() { return *sets_.state_; }

  /// The file's name; its folder doesn't belong in the manifest.
  std::string unique_name(const std::filesystem::path& file) {
    const std::string name = file.filename().string();
    std::string unique = name;
    for (u32 i = 2; !names_.insert(unique).second; ++i) unique = fmt::format("{}#{}", name, i);
    return unique;
  }

  void load_file(const std::filesystem::path& file, Role role) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error))
      throw UsageError(fmt::format("{}: no such hash set: a file expected", file.string()));
    if (is_sqlite(file)) return load_database(file, role);
    load_text(TextLines::of_file(file), unique_name(file), role);
  }

  void load_database(const std::filesystem::path& file, Role role) {
    if (role == Role::known_good) role = Role::known; // NSRL has known files, attack tools included
    const KnownFiles database(file);
    HashSetRecord record = database.record();
    record.name = unique_name(file);
    record.role = name_of(role);
    state().kinds |= {database.kind() == HashKind::md5, database.kind() == HashKind::sha1,
                      database.kind() == HashKind::sha256};
    state().databases.push_back({record.name, role, file, database.kind()});
    state().records.push_back(std::move(record));
  }

  void load_text(TextLines lines, std::string name, Role role) {
    ListSet set{std::move(name), role, {}};
    HashRows rows(lines);
    u64 of_nothing = 0;
    while (const std::optional<HashRow> row = rows.next()) {
      if (is_hash_of_nothing(row->hash)) {
        ++of_nothing;
        continue;
      }
      set.list.add(row->hash, role == Role::known_bad ? row->note : std::string_view());
      if (rows.is_shipped_list() && role == Role::known_good && row->hash.size() == 64)
        state().shipped.add(row->hash, row->path, row->last_build);
    }
    set.list.finish();
    if (rows.is_nsrl() && role == Role::known_good) set.role = Role::known;
    if (set.list.size() == 0 && of_nothing == 0)
      throw UsageError(fmt::format(
          "{}: no hash in it: MD5, SHA-1 or SHA-256 in hex expected, one a line, as CSV with a "
          "header, or of hashdeep{}{}",
          lines.label(), rows.first_bad().empty() ? "" : "; ", rows.first_bad()));
    HashSetRecord record = record_of(lines, rows);
    record.name = set.name;
    record.role = name_of(set.role);
    record.entries = set.list.size();
    if (of_nothing > 0)
      record.notes.push_back("the hash of an empty file is in it, and was left out");
    if (rows.is_shipped_list() && role == Role::known_good)
      record.notes.push_back("also lists the files that Exchange shipped");
    state().kinds |= set.list.kinds();
    state().records.push_back(std::move(record));
    state().lists.push_back(std::move(set));
  }

  void load_shipped(const BuiltinHashSet& set) {
    TextLines lines = TextLines::of_bytes(set.text, std::string(set.name));
    HashRows rows(lines);
    u64 entries = 0;
    for (; const std::optional<HashRow> row = rows.next(); ++entries)
      state().shipped.add(row->hash, row->path, row->last_build);
    HashSetRecord record = record_of(lines, rows);
    record.name = set.name;
    record.role = "shipped_files";
    record.entries = entries;
    state().records.push_back(std::move(record));
  }

  static HashSetRecord record_of(TextLines& lines, const HashRows& rows) {
    HashSetRecord record;
    record.format = rows.format();
    record.size = lines.size();
    record.sha256 = lines.sha256();
    record.bad_lines = rows.bad_lines();
    if (rows.bad_lines() > 0)
      record.notes.push_back(
          fmt::format("{} bad lines, the first: {}", rows.bad_lines(), rows.first_bad()));
    return record;
  }

  HashSets sets_;
  std::set<std::string> names_;
};

HashSets::HashSets() : state_(std::make_unique<State>()) {}
HashSets::~HashSets() = default;
HashSets::HashSets(HashSets&&) noexcept = default;
HashSets& HashSets::operator=(HashSets&&) noexcept = default;

HashSets HashSets::load(const HashSetFiles& files) { return HashSetLoader().load(files); }

const std::vector<HashSetRecord>& HashSets::records() const { return state_->records; }
HashKinds HashSets::kinds() const { return state_->kinds; }
const ShippedFiles& HashSets::shipped_files() const { return state_->shipped; }

std::vector<HashSetFailure> HashSets::failures() const {
  std::vector<HashSetFailure> all;
  state_->failures.with([&](const std::vector<std::string>& messages) {
    for (std::size_t i = 0; i < messages.size(); ++i)
      if (!messages[i].empty()) all.push_back({state_->databases[i].name, messages[i]});
  });
  return all;
}

struct HashLookup::State {
  HashSets::State* sets;
  std::vector<std::optional<KnownFiles>> databases; // as HashSets::State::databases; opened on use

  bool has_failed(std::size_t number) const {
    return sets->any_failed && sets->failures.with([&](const auto& messages) {
      return number < messages.size() && !messages[number].empty();
    });
  }
  void note_failure(std::size_t number, std::string why) const {
    if (why.empty()) why = "no reason given";
    sets->failures.with([&](std::vector<std::string>& messages) {
      messages.resize(sets->databases.size());
      if (messages[number].empty()) messages[number] = std::move(why);
    });
    sets->any_failed = true;
  }
  /// The entry of that hash; absent, too, if the database can't be read.
  std::optional<std::string> find(std::size_t number, std::string_view hash) {
    if (has_failed(number)) return std::nullopt;
    try {
      std::optional<KnownFiles>& database = databases[number];
      if (!database) database.emplace(sets->databases[number].file);
      return database->find(hash);
    } catch (const Error& error) {
      note_failure(number, error.what());
      return std::nullopt;
    }
  }

  static void add(HashVerdict& verdict, Role role, HashSetHit hit) {
    if (role == Role::known_bad) verdict.bad.push_back(std::move(hit));
    if (role == Role::known_good) verdict.good = true;
    if (role == Role::known && !verdict.known) verdict.known = std::move(hit);
  }
};

HashLookup::HashLookup(const HashSets& sets)
    : state_(std::make_unique<State>(State{sets.state_.get(), {}})) {
  state_->databases.resize(sets.state_->databases.size());
}
HashLookup::~HashLookup() = default;
HashLookup::HashLookup(HashLookup&&) noexcept = default;

HashVerdict HashLookup::look_up(const Hashes& hashes) {
  HashVerdict verdict;
  for (const ListSet& set : state_->sets->lists)
    if (std::optional<HashList::Entry> entry = set.list.find(hashes))
      State::add(verdict, set.role, {set.name, std::move(entry->hash), std::move(entry->note)});
  for (std::size_t i = 0; i < state_->databases.size(); ++i) {
    const DatabaseSet& set = state_->sets->databases[i];
    const std::string& hash = set.kind == HashKind::sha256 ? hashes.sha256
                              : set.kind == HashKind::sha1 ? hashes.sha1
                                                           : hashes.md5;
    if (std::optional<std::string> entry = state_->find(i, hash))
      State::add(verdict, set.role, {set.name, std::move(*entry), {}});
  }
  return verdict;
}

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
// One row per outcome, in the order of StreamId. Most streams have no findings or issues and are
// not logs; their row has only the byte counts. Every other row has the serialised outcome too, and
// then its columns are only for queries.
#include "manifest/journal.h"

#include "base/error.h"
#include "base/file.h"
#include "manifest/outcome_limits.h"
#include "manifest/record.h"
#include "manifest/sqlite.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr const char* kName = "case.db";
constexpr i64 kApplicationId = 0x43537770; // "CSwp"
constexpr i64 kVersion = 2;
constexpr u64 kBatchOutcomes = 20'000;
constexpr std::chrono::seconds kBatchTime{1};
constexpr u64 kMostInteger = std::numeric_limits<i64>::max(); // SQLite has no unsigned integers

constexpr const char* kSchema = R"(
  CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE volume(id INTEGER PRIMARY KEY, line TEXT NOT NULL, rest BLOB); -- rest: of swept volumes
  CREATE TABLE issue(seq INTEGER PRIMARY KEY, payload BLOB NOT NULL);
  CREATE TABLE outcome(
    volume INTEGER, record INTEGER, attribute INTEGER, kind INTEGER, sequence INTEGER,
    planned INTEGER NOT NULL, scanned INTEGER NOT NULL, sparse INTEGER NOT NULL,
    skipped INTEGER NOT NULL, unreadable INTEGER NOT NULL, owned INTEGER NOT NULL,
    payload BLOB,
    PRIMARY KEY(volume, record, attribute, kind, sequence)) WITHOUT ROWID;
)";

constexpr const char* kKeep =
    "INSERT OR REPLACE INTO outcome VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";

constexpr const char* kAll =
    "SELECT volume, record, attribute, kind, sequence, planned, scanned, sparse, skipped, "
    "unreadable, owned, payload FROM outcome {} "
    "ORDER BY volume, record, attribute, kind, sequence";

void bind_stream(Statement& statement, const StreamId& stream) {
  if (stream.record > kMostInteger)
    throw Error(fmt::format("internal error: {} is not an MFT record number", stream.record));
  statement.bind(stream.volume)
      .bind(static_cast<i64>(stream.record))
      .bind(stream.attribute)
      .bind(static_cast<i64>(stream.kind))
      .bind(stream.sequence);
}

/// Said before the first stream is scanned, not hours later.
std::string checked_line(std::string line) {
  if (line.size() > kLongestLine)
    throw Error(fmt::format("the manifest would begin with a line of {} bytes, at most {} are "
                            "possible: {}",
                            line.size(), kLongestLine, "are there very many rule files?"));
  return line;
}

bool fits_columns(const Outcome& outcome) {
  const ByteAccount& bytes = outcome.bytes;
  return outcome.findings.empty() && outcome.issues.empty() && !outcome.log &&
         outcome.member_logs.empty() && bytes.skipped_by.empty() && outcome.space.skipped == 0 &&
         outcome.space.unreadable == 0 &&
         std::max({bytes.planned, bytes.scanned, bytes.sparse, bytes.skipped, bytes.unreadable,
                   outcome.space.owned}) <= kMostInteger;
}

i64 column_value(u64 bytes) { return static_cast<i64>(std::min(bytes, kMostInteger)); }

Outcome outcome_of(const Statement& row, const std::string& file) {
  const auto number = [&](int column) { return static_cast<u64>(row.integer(column)); };
  const StreamId stream{.volume = static_cast<u32>(number(0)),
                        .record = number(1),
                        .sequence = static_cast<u16>(number(4)),
                        .attribute = static_cast<u16>(number(2)),
                        .kind = static_cast<StreamKind>(number(3))};
  if (row.is_null(11)) {
    return {.stream = stream,
            .findings = {},
            .issues = {},
            .bytes = {.planned = number(5),
                      .scanned = number(6),
                      .sparse = number(7),
                      .skipped = number(8),
                      .unreadable = number(9),
                      .skipped_by = {}},
            .space = {.owned = number(10)}};
  }
  Outcome outcome = parse_outcome(row.bytes(11));
  if (outcome.stream != stream)
    throw FormatError(fmt::format("{}: the outcome of record {} is in the row of record {}", file,
                                  outcome.stream.record, stream.record));
  return outcome;
}

void require_journal(const Database& database) {
  if (database.integer("PRAGMA application_id") != kApplicationId)
    throw FormatError("it is the database of another program");
  const i64 version = database.integer("PRAGMA user_version").value_or(0);
  if (version != kVersion) throw FormatError(fmt::format("it has version {}", version));
  Statement check = database.prepare("PRAGMA quick_check(1)");
  if (!check.step() || check.bytes(0) != "ok")
    throw FormatError(fmt::format("it is damaged: {}", check.bytes(0)));
}

Database opened(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file))
    throw Error(fmt::format("{}: expected a journal, but there is no such file", file.string()));
  try {
    Database database(file);
    require_journal(database);
    // Outcomes come in the order of the disk, not of their keys, and touch pages all over the
    // table. So the cache is large (16 MiB) and checkpoints are rare (when the WAL has 40 MiB).
    database.run("PRAGMA synchronous=NORMAL; PRAGMA trusted_schema=OFF; PRAGMA cache_size=-16384; "
                 "PRAGMA wal_autocheckpoint=10000");
    return database;
  } catch (const Error& error) { // SQLite says what is wrong, but not what the file is for
    throw Error(fmt::format("{}: expected a coldsweep journal of version {}: {}", file.string(),
                            kVersion, error.what()));
  }
}

} // namespace

struct Journal::State {
  explicit State(std::filesystem::path journal_file)
      : file(std::move(journal_file)), database(opened(file)), keep(database.prepare(kKeep)) {}

  /// Every write belongs to a batch; the first write begins it.
  void begin() {
    if (in_batch) return;
    database.run("BEGIN IMMEDIATE");
    in_batch = true;
    batch_outcomes = 0;
    batch_begun = std::chrono::steady_clock::now();
  }
  void commit() {
    if (!in_batch) return;
    database.run("COMMIT");
    in_batch = false;
  }

  void for_each(const char* which, const std::function<void(const Outcome&)>& use) const {
    Statement rows = database.prepare(fmt::format(fmt::runtime(kAll), which));
    while (rows.step()) use(outcome_of(rows, file.string()));
  }

  std::filesystem::path file;
  Database database;
  Statement keep;
  bool in_batch = false;
  u64 batch_outcomes = 0;
  std::chrono::steady_clock::time_point batch_begun;
};

Journal::Journal(std::unique_ptr<State> state) : state_(std::move(state)) {}
Journal::Journal(Journal&&) noexcept = default;

Journal::~Journal() {
  if (!state_) return;
  try {
    state_->commit();
  } catch (const std::exception&) {
    // Callers that need durability have called flush(). What is lost here is examined again.
  }
}

Journal Journal::create(const std::filesystem::path& case_folder) {
  const std::filesystem::path file = case_folder / kName;
  File::create(file, kPrivateFile); // fails if there already is one
  Database database(file);
  // WAL and NORMAL need one fsync per checkpoint. A power failure can lose the last batches, but
  // never the file.
  database.run("PRAGMA journal_mode=WAL");
  database.run("BEGIN IMMEDIATE");
  database.run(kSchema);
  database.run(fmt::format("PRAGMA application_id={}; PRAGMA user_version={}; COMMIT",
                           kApplicationId, kVersion)
                   .c_str());
  return open(case_folder);
}

Journal Journal::open(const std::filesystem::path& case_folder) {
  return Journal(std::make_unique<State>(case_folder / kName));
}

void Journal::set_case(const CaseRecord& record) {
  state_->begin();
  const std::string line = checked_line(manifest_line(record));
  state_->database.prepare("INSERT OR REPLACE INTO meta VALUES('case', ?1)").bind(line).run();
}

void Journal::add_volume(const VolumeRecord& volume) {
  state_->begin();
  const std::string line = checked_line(manifest_line(volume));
  Statement keep = state_->database.prepare("INSERT OR REPLACE INTO volume VALUES(?1, ?2, ?3)");
  keep.bind(volume.id).bind(line);
  const std::string rest = serialise(volume.rest);
  if (volume.status == VolumeStatus::swept)
    keep.bind_bytes(rest);
  else
    keep.bind_null();
  keep.run();
}

void Journal::add_issue(const Issue& issue) {
  state_->begin();
  // To need no other format, the issue is stored in an outcome that has no stream.
  const Outcome carrier{.stream = {}, .findings = {}, .issues = {issue}, .bytes = {}};
  const std::string payload = serialise(cut_to_fit(carrier).value_or(carrier));
  state_->database.prepare("INSERT INTO issue(payload) VALUES(?1)").bind_bytes(payload).run();
}

void Journal::write(const Outcome& whole) {
  const std::optional<Outcome> cut = cut_to_fit(whole);
  const Outcome& outcome = cut ? *cut : whole;
  State& state = *state_;
  state.begin();
  const bool compact = fits_columns(outcome);
  const std::string payload = compact ? std::string() : serialise(outcome);
  const ByteAccount& bytes = outcome.bytes;
  bind_stream(state.keep, outcome.stream);
  for (const u64 value : {bytes.planned, bytes.scanned, bytes.sparse, bytes.skipped,
                          bytes.unreadable, outcome.space.owned})
    state.keep.bind(column_value(value));
  if (compact)
    state.keep.bind_null();
  else
    state.keep.bind_bytes(payload);
  state.keep.run();

  ++state.batch_outcomes;
  if (state.batch_outcomes >= kBatchOutcomes ||
      std::chrono::steady_clock::now() - state.batch_begun >= kBatchTime)
    state.commit();
}

void Journal::flush() { state_->commit(); }

void Journal::for_each_outcome(const std::function<void(const Outcome&)>& use) const {
  state_->for_each("", use);
}

void Journal::for_each_reported_outcome(const std::function<void(const Outcome&)>& use) const {
  state_->for_each("WHERE payload IS NOT NULL", use);
}

Journal::Header Journal::header() const {
  Header header;
  Statement case_row = state_->database.prepare("SELECT value FROM meta WHERE key = 'case'");
  if (case_row.step()) header.case_line = case_row.bytes(0);
  Statement volumes = state_->database.prepare("SELECT id, line, rest FROM volume ORDER BY id");
  while (volumes.step()) {
    header.volume_lines.emplace_back(volumes.bytes(1));
    if (!volumes.is_null(2))
      header.swept_volumes.emplace(static_cast<u32>(volumes.integer(0)),
                                   parse_space(volumes.bytes(2)));
  }
  Statement issues = state_->database.prepare("SELECT payload FROM issue ORDER BY seq");
  while (issues.step()) {
    for (Issue& issue : parse_outcome(issues.bytes(0)).issues)
      header.issues.push_back(std::move(issue));
  }
  return header;
}

} // namespace coldsweep

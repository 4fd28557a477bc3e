// SPDX-License-Identifier: Apache-2.0
// How logs are recognized, how they are cut into records, and when a record says it was written.
#include "content/log_records.h"
#include "support/catch.h"
#include "support/evtx_writer.h"

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

struct Read {
  std::string bytes;
  u64 line, stream_offset;
  std::optional<std::string> time;
};

std::vector<Read> read_all(const std::string& content, RecordForm form) {
  std::vector<Read> all;
  const auto reader = records_of(bytes_of(content), form);
  RecordBlock block;
  while (reader->next(block))
    for (const LogRecord& record : block.records) {
      const std::optional<LogTime> time = reader->time_of(block, record);
      all.push_back({std::string(chars_of(block.bytes_of(record))), record.line,
                     block.stream_offset(record.offset),
                     time ? std::optional(iso(*time)) : std::nullopt});
    }
  return all;
}

std::string iso_of(std::string_view text) {
  const std::optional<LogTime> time = parse_iso_time(text);
  return time ? iso(*time) : "none";
}

std::string family(std::string_view path, std::string_view content) {
  const std::optional<LogKind> kind = log_kind(path, bytes_of(content));
  return kind ? kind->family : "none";
}

} // namespace

TEST_CASE("log times are read with their fraction and zone, and invalid dates are not") {
  CHECK(iso_of("2021-03-03T04:05:06.123Z,x") == "2021-03-03T04:05:06.123Z");
  CHECK(iso_of("2021-03-03 04:05:06 GET /") == "2021-03-03T04:05:06Z");
  CHECK(iso_of("2021-03-03 04:05:06,5+01:00") == "2021-03-03T03:05:06.5Z");
  CHECK(iso_of("2021-03-01T00:30:00-0100") == "2021-03-01T01:30:00Z");
  CHECK(iso_of("2021-02-29T00:00:00Z") == "none");
  CHECK(iso_of("2021-03-03T24:00:00Z") == "none");
  CHECK(iso_of("2021-03-0") == "none");
  CHECK(iso_of("1600-12-31T00:00:00Z") == "none");
  CHECK(iso(*parse_clf_time("03/Mar/2021:04:05:06 +0100] \"GET")) == "2021-03-03T03:05:06Z");
  CHECK(!parse_clf_time("03/Foo/2021:04:05:06 +0100"));
  CHECK(iso(*of_filetime(event_time(1))) == "2021-03-03T04:05:07.0000000Z");
  CHECK(!of_filetime(0));
  CHECK(!of_filetime(~u64{0}));
}

TEST_CASE("lines are cut at LF and CR LF, counted from 1, and empty ones are left out") {
  using namespace std::string_literals;
  const std::vector<Read> read =
      read_all("\xEF\xBB\xBFone\r\n\n\0\0\nfour\nfive"s, RecordForm::lines);
  REQUIRE(read.size() == 3);
  CHECK(read[0].bytes == "one");
  CHECK(read[0].line == 1);
  CHECK(read[0].stream_offset == 3);
  CHECK(read[1].bytes == "four");
  CHECK(read[1].line == 4);
  CHECK(read[2].bytes == "five");
  CHECK(read[2].line == 5);
}

TEST_CASE("UTF-16 lines are cut at 16-bit line feeds only, in either byte order") {
  // U+0A41 and U+410A contain a line feed's byte, but are not line feeds.
  const std::string little =
      "\xFF\xFE" + utf16("2021-03-03 04:05:06 a") + "\x41\x0A\x0A\x41" + utf16("\r\nb\n");
  const std::vector<Read> read = read_all(little, RecordForm::lines_utf16);
  REQUIRE(read.size() == 2);
  CHECK(read[0].bytes == utf16("2021-03-03 04:05:06 a") + "\x41\x0A\x0A\x41");
  CHECK(read[0].stream_offset == 2);
  CHECK(read[0].time == "2021-03-03T04:05:06Z");
  CHECK(read[1].bytes == utf16("b"));
  CHECK(read[1].line == 2);

  std::string big("\xFE\xFF", 2);
  for (const char c : std::string("ab\r\nc\n")) (big += '\0') += c;
  const std::vector<Read> swapped = read_all(big, RecordForm::lines_utf16_big);
  REQUIRE(swapped.size() == 2);
  CHECK(swapped[0].bytes == std::string("\0a\0b", 4));
  CHECK(swapped[1].bytes == std::string("\0c", 2));
  CHECK(log_kind("/x.log", bytes_of(big + big + big))->form == RecordForm::lines_utf16_big);
}

TEST_CASE("the time of a line is where the log's own list of fields says") {
  const std::vector<Read> iis =
      read_all("#Fields: s-ip date time cs-uri\r\n10.0.0.1 2021-03-03 04:05:06 /x\r\n"
               "#Fields: date time cs-uri\r\n2021-03-04 00:00:01 /y\r\n",
               RecordForm::lines);
  REQUIRE(iis.size() == 4);
  CHECK(iis[1].time == "2021-03-03T04:05:06Z");
  CHECK(iis[3].time == "2021-03-04T00:00:01Z");
  const std::vector<Read> csv = read_all(
      "#Fields: id,DateTime,x\nA,\"2021-03-03T04:05:06.123Z\",y\nno,time\n", RecordForm::lines);
  CHECK(csv[1].time == "2021-03-03T04:05:06.123Z");
  CHECK(!csv[2].time);
  CHECK(read_all("10.0.0.1 - - [03/Mar/2021:04:05:06 +0000] \"GET / HTTP/1.1\" 200\n",
                 RecordForm::lines)[0]
            .time == "2021-03-03T04:05:06Z");
}

TEST_CASE("logs are recognized by path, by how they begin, or by lines that begin with times") {
  const std::string exchange = "\xEF\xBB\xBF"
                               "DateTime,RequestId,Major\r\n2021-03-03T04:05:06.123Z,a,15\r\n";
  const std::string root = "/Program Files/Microsoft/Exchange Server/V15/Logging/";
  CHECK(family(root + "HttpProxy/Ecp/HttpProxy_1.LOG", exchange) == "http_proxy/ecp");
  CHECK(family(root + "HttpProxy/HttpProxy_1.LOG", exchange) == "http_proxy");
  CHECK(family(root + "ECP/Server/ECPServer1.LOG", exchange) == "ecp_server");
  CHECK(family(root + "OABGeneratorLog/a.LOG", exchange) == "oab_generator");
  CHECK(family("/$OrphanFiles/a", exchange) == "exchange");
  CHECK(family("/x", "#Software: Microsoft Exchange Server\r\n#Log-type: HttpProxy Logs\r\n") ==
        "http_proxy");
  CHECK(family("/x",
               "#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n") ==
        "iis");
  CHECK(family("/x", std::string("ElfFile\0abcdefgh", 16)) == "evtx/x");
  CHECK(family("/a/Security.evtx", std::string("ElfChnk\0abcdefgh", 16)) == "evtx/Security.evtx");
  CHECK(family("/a/b.log", "anything\n") == "other");
  CHECK(family("/a/b.log.1", "anything\n") == "other");
  CHECK(family("/a/ConsoleHost_history.txt", "whoami\r\n") == "powershell_history");
  CHECK(family("/a/nameless", "2021-03-03 04:05:06 a\n2021-03-03 04:05:07 b\nc\n") == "other");
  CHECK(family("/a/nameless", "one\ntwo\nthree\n") == "none");
  CHECK(family("/a/b.log",
               std::string("MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\x01\x02\x05\x06", 18)) == "none");
  CHECK(family("/a/b.log", "2021-03-03 04:05:06 a\n" + std::string(3000, '\0')) ==
        "other"); // a log that was cut off
  CHECK(log_kind("/a/Report.wer", bytes_of("\xFF\xFE" + utf16("Version=1\r\n")))->form ==
        RecordForm::whole);
}

TEST_CASE("zeros and what overwrote the beginning of a log don't hide its lines") {
  const std::string zeros(70'000, '\0'), noise(70'000, '\x01');
  const std::string lines = "2021-03-03 04:05:06 a\n2021-03-03 04:05:07 b\n";
  CHECK(family("/a/b.log", zeros + "anything\n") == "other");
  CHECK(family("/a/nameless", zeros + lines) == "other");
  CHECK(family("/a/nameless", zeros + utf16(lines)) == "other");
  CHECK(family("/a/nameless", zeros + "one\ntwo\n") == "none");
  CHECK(family("/inetpub/logs/LogFiles/W3SVC1/u_ex.log", zeros + lines) == "iis");
  std::string many;
  while (many.size() < 200'000) many += lines;
  CHECK(family("/a/b.log", noise + many) == "other");
  CHECK(family("/a/b.log", noise + std::string(200'000, 'x')) == "none");
  CHECK(family("/a/nameless", noise + many) == "none"); // could be anything
  CHECK(family("/a/b.log", zeros) == "none");
  CHECK(may_become_log("/a/b", bytes_of(zeros)));
  CHECK(may_become_log("/a/b.log", bytes_of(noise)));
  CHECK(!may_become_log("/a/b", bytes_of(noise)));
  CHECK(!may_become_log("/a/b.log", bytes_of(lines)));

  const std::vector<Read> read = read_all(zeros + lines, RecordForm::lines);
  REQUIRE(read.size() == 2);
  CHECK(read[0].time == "2021-03-03T04:05:06Z");
  CHECK(read_all(zeros + "#Fields: s-ip date time\n1 2021-03-03 04:05:06\n", RecordForm::lines)[1]
            .time == "2021-03-03T04:05:06Z");
  CHECK(read_all(zeros + utf16(lines), RecordForm::lines_utf16)[0].time == "2021-03-03T04:05:06Z");
}

TEST_CASE("an event record is followed by those templates of its chunk that it names") {
  const std::string file =
      EvtxWriter().event(1, "First", "alpha").event(2, "First", "beta", event_time(9)).file();
  const std::vector<Read> events = read_all(file, RecordForm::events);
  REQUIRE(events.size() == 2);
  CHECK(events[0].line == 1);
  CHECK(events[1].line == 2);
  CHECK(events[1].time == "2021-03-03T04:05:15.0000000Z");
  CHECK(events[1].bytes.find(utf16("beta")) != std::string::npos);
  CHECK(events[1].bytes.find(utf16("First")) != std::string::npos);
  CHECK(events[1].bytes.find(utf16("alpha")) == std::string::npos);
  CHECK(file.substr(events[1].stream_offset, 4) == std::string("**\0\0", 4));
}

TEST_CASE(
    "offsets in an event's view lead to the bytes in the file, including those of its templates") {
  const std::string file = EvtxWriter().event(1, "First", "alpha").event(2, "First", "beta").file();
  const auto reader = event_records(bytes_of(file));
  RecordBlock block;
  REQUIRE(reader->next(block));
  const LogRecord& second = block.records.at(1);
  const std::string view(chars_of(block.bytes_of(second)));
  for (const char* word : {"beta", "First"}) {
    const u64 at = block.stream_offset(second.offset + view.find(utf16(word)));
    CHECK(file.substr(at, utf16(word).size()) == utf16(word));
  }
}

TEST_CASE("damaged chunks and records are reported, and the others are read") {
  EvtxWriter writer;
  writer.event(1, "P", "one").raw("garbage where a record should be").event(2, "P", "two");
  writer.new_chunk();
  writer.event(3, "P", "three");
  writer.new_chunk();
  writer.event(4, "P", "four");
  std::string file = writer.file();
  file.replace(4096 + EvtxWriter::kChunk, 8, "EndChnk!"); // the second chunk lost its signature
  const auto reader = event_records(bytes_of(file));
  RecordBlock block;
  std::vector<u64> ids;
  while (reader->next(block))
    for (const LogRecord& record : block.records) ids.push_back(record.line);
  CHECK(ids == std::vector<u64>{1, 2, 4});
  CHECK(reader->damage().size() == 2);
}

TEST_CASE("reading hostile event logs ends and stays within their bytes") {
  // Every record names many templates that reach to the end of the chunk.
  EvtxWriter writer;
  std::string instances;
  for (u64 i = 0; i < 64; ++i)
    instances += std::string("\x0F\x01\x01\0\x0C\x01\0\0\0\0", 10) + little_bytes(512 + i, 4);
  for (u64 id = 0; id < 60; ++id) writer.event_bytes(id, "P", instances);
  std::string file = writer.file();
  CHECK(read_all(file, RecordForm::events).size() == 60);
  for (std::size_t cut : {9U, 4096U, 4100U, 4700U, 5000U, 60000U})
    (void)read_all(file.substr(0, cut), RecordForm::events);
  for (std::size_t i = 4096; i < 8192; ++i) {
    std::string flipped = file.substr(0, 8192);
    flipped[i] = static_cast<char>(flipped[i] ^ 0xFF);
    (void)read_all(flipped, RecordForm::events);
  }
}

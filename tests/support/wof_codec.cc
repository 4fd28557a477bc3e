// SPDX-License-Identifier: Apache-2.0
#include "support/wof_codec.h"

#include "base/endian.h"
#include "base/error.h"
#include "support/run_tool.h"

#include <algorithm>

namespace coldsweep::test {
namespace {

void add_little(std::string& to, u64 value) {
  for (int shift = 0; shift < 32; shift += 8) to += static_cast<char>(value >> shift);
}

} // namespace

bool can_compress_wof() { return *COLDSWEEP_WIM_CODEC != '\0' && have_tool(COLDSWEEP_WIM_CODEC); }

u32 wof_algorithm(Encoding kind) {
  switch (kind) {
  case Encoding::wof_lzx: return 1;
  case Encoding::wof_xpress8k: return 2;
  case Encoding::wof_xpress16k: return 3;
  default: return 0;
  }
}

std::size_t wof_chunk(Encoding kind) {
  switch (kind) {
  case Encoding::wof_lzx: return 32768;
  case Encoding::wof_xpress8k: return 8192;
  case Encoding::wof_xpress16k: return 16384;
  default: return 4096;
  }
}

std::vector<std::optional<std::string>> run_wim_codec(const std::vector<WofJob>& jobs) {
  std::string input;
  for (const WofJob& job : jobs) {
    input += static_cast<char>(job.task);
    input += static_cast<char>(wof_algorithm(job.kind));
    for (const u64 field : {u64{job.level}, u64{job.size}, u64{job.bytes.size()}})
      add_little(input, field);
    input += job.bytes;
  }
  const std::string output = must_run({COLDSWEEP_WIM_CODEC}, input);
  std::vector<std::optional<std::string>> answers;
  for (u64 at = 0; at < output.size();) {
    const u32 length = little<u32>(bytes_of(output), at).value();
    at += 4;
    if (length == ~u32{0}) {
      answers.emplace_back();
      continue;
    }
    answers.emplace_back(output.substr(at, length));
    at += length;
  }
  if (answers.size() != jobs.size()) throw Error("wim_codec: an answer for each job expected");
  return answers;
}

std::vector<std::string> wof_chunks(Encoding kind, const std::string& content, u32 level) {
  std::vector<WofJob> jobs;
  for (std::size_t at = 0; at < content.size(); at += wof_chunk(kind))
    jobs.push_back({WofJob::Task::compress, kind, content.substr(at, wof_chunk(kind)), 0, level});
  const std::vector<std::optional<std::string>> compressed = run_wim_codec(jobs);
  std::vector<std::string> chunks;
  for (std::size_t i = 0; i < jobs.size(); ++i)
    chunks.push_back(compressed[i].value_or(jobs[i].bytes));
  return chunks;
}

std::string wof_stored(const std::vector<std::string>& chunks) {
  std::string table, all;
  for (const std::string& chunk : chunks) {
    if (!all.empty()) add_little(table, all.size());
    all += chunk;
  }
  return table + all;
}

} // namespace coldsweep::test

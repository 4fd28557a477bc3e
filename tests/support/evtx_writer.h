// SPDX-License-Identifier: Apache-2.0
// Small EVTX files for tests: chunks of event records with inline UTF-16LE strings. The first
// record of a chunk holds templates, and the others refer to them. Only what record readers look at
// is there.
#pragma once

#include "base/types.h"

#include <map>
#include <string>
#include <vector>

namespace coldsweep::test {

inline std::string utf16(std::string_view ascii) {
  std::string wide;
  for (const char c : ascii) (wide += c) += '\0';
  return wide;
}

inline std::string little_bytes(u64 value, std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>((value >> (8 * i)) & 0xFF);
  return bytes;
}

/// 2021-03-03T04:05:06.0000000Z and `seconds` later.
constexpr u64 event_time(u64 seconds = 0) { return 132592179060000000 + seconds * 10'000'000; }

class EvtxWriter {
public:
  static constexpr std::size_t kChunk = 65536;

  EvtxWriter() { new_chunk(); }

  void new_chunk() {
    if (!chunk_.empty()) finish_chunk();
    chunk_.assign(512, '\0');
    templates_.clear();
  }

  /// An event with its provider's name in a template, and the message as a string of its data.
  EvtxWriter& event(u64 id, const std::string& provider, const std::string& message,
                    u64 time = event_time()) {
    return event_bytes(id, provider, utf16(message), time);
  }

  EvtxWriter& event_bytes(u64 id, const std::string& provider, const std::string& bytes,
                          u64 time = event_time()) {
    const std::size_t at = chunk_.size();
    std::string body = std::string("\x0F\x01\x01\0\x0C\x01", 6) + little_bytes(7, 4);
    const auto known = templates_.find(provider);
    if (known != templates_.end()) {
      body += little_bytes(known->second, 4);
    } else {
      const std::size_t place = at + 24 + body.size() + 4;
      const std::string data = utf16("<Provider Name=" + provider + ">");
      body += little_bytes(place, 4);
      body += little_bytes(0, 4) + std::string(16, 'G') + little_bytes(data.size(), 4) + data;
      templates_[provider] = place;
    }
    body += bytes;
    const std::size_t size = 24 + body.size() + 4;
    chunk_ += std::string("**\0\0", 4) + little_bytes(size, 4) + little_bytes(id, 8) +
              little_bytes(time, 8) + body + little_bytes(size, 4);
    return *this;
  }

  EvtxWriter& raw(const std::string& bytes) {
    chunk_ += bytes;
    return *this;
  }

  std::string file() {
    finish_chunk();
    std::string header("ElfFile\0", 8);
    header.resize(4096, '\0'); // its counts are meaningless: the file is dirty
    std::string all = header + chunks_;
    chunk_.clear();
    return all;
  }

private:
  void finish_chunk() {
    if (chunk_.empty()) return;
    chunk_.replace(0, 8, std::string("ElfChnk\0", 8));
    chunk_.replace(48, 4, little_bytes(chunk_.size(), 4));
    chunk_.resize(kChunk, '\0');
    chunks_ += chunk_;
  }

  std::string chunks_, chunk_;
  std::map<std::string, std::size_t> templates_;
};

} // namespace coldsweep::test

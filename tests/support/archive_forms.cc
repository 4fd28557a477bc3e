// SPDX-License-Identifier: Apache-2.0
#include "support/archive_forms.h"

#include "base/error.h"
#include "base/types.h"
#include "support/archive_bytes.h"

#include <array>
#include <initializer_list>

namespace coldsweep::test {
namespace {

using namespace std::string_literals;

std::string rar4_block(u8 type, u16 flags, const std::string& fields) {
  const std::string block = little_endian(type, 1) + little_endian(flags, 2) +
                            little_endian(7 + fields.size(), 2) + fields;
  return little_endian(crc32_of(block) & 0xFFFF, 2) + block;
}

/// A RAR 5 number: seven bits per byte, lowest first.
std::string vint(u64 value) {
  std::string text;
  for (; value >= 0x80; value >>= 7) text += static_cast<char>((value & 0x7F) | 0x80);
  return text + static_cast<char>(value);
}

std::string rar5_block(const std::string& fields) {
  const std::string block = vint(fields.size()) + fields;
  return little_endian(crc32_of(block), 4) + block;
}

// The quine is a program for a machine that copies bytes. Each instruction has five bytes. Lengths
// are in bytes.
constexpr u64 kInstruction = 5;

/// Prints what follows: a stored block (RFC 1951, 3.2.4).
std::string print(u64 length) {
  return "\0"s + little_endian(length, 2) + little_endian(~length, 2);
}

/// Prints the last bytes of the output again: a block with fixed codes (3.2.6) and two copies. With
/// distances of 17 to 20 and lengths of at most 10 it has 40 bits, so the next instruction starts
/// on a byte boundary.
std::string repeat(u64 length) {
  if (length < 17 || length > 20) throw Error("no such instruction fits in five bytes");
  u64 bits = 0;
  unsigned count = 0;
  const auto put = [&](u64 value, unsigned width) { bits |= value << count, count += width; };
  const auto put_code = [&](u64 code, unsigned width) { // codes start with their highest bit
    for (unsigned i = width; i-- > 0;) put((code >> i) & 1, 1);
  };
  put(0b010, 3); // not the last block; fixed codes
  for (const u64 copied : {length / 2, length - length / 2}) {
    put_code(copied - 3 + 1, 7); // the symbols 257 to 264 are the lengths 3 to 10
    put_code(8, 5);              // distances from 17 on, with three extra bits
    put(length - 17, 3);
  }
  put_code(0, 7); // end of the block
  return little_endian(bits, kInstruction);
}

std::string quine_of(u32 crc) {
  const std::string head =
      "\x1F\x8B\x08\x08\0\0\0\0\0\x03q.gz\0"s; // the name makes it 15 bytes long
  constexpr u64 kTail = 13;
  const u64 h = head.size() + kInstruction, t = kTail + kInstruction, four = 4 * kInstruction;
  const std::string none = print(0), one = print(kInstruction), all = print(four);
  std::string text;
  const auto add = [&](std::initializer_list<std::string> parts) {
    for (const std::string& part : parts) text += part;
  };
  add({head, print(h), head, print(h), repeat(h), one, repeat(h), one, one});
  add({all, repeat(h), one, one, all, repeat(four), all, repeat(four), all, repeat(four), all});
  add({repeat(four), all, repeat(four), none, none, print(t), repeat(four), none, none});
  const u64 size = text.size() + 3 * kInstruction + 2 * kTail;
  const std::string tail = "\x01\0\0\xFF\xFF"s + little_endian(crc, 4) + little_endian(size, 4);
  add({print(t), repeat(t), tail, repeat(t), tail});
  return text;
}

} // namespace

std::string make_cab(const Members& members) {
  constexpr u64 kHeader = 36, kFolder = 8, kMostData = 32'768;
  std::string files, content;
  for (const auto& [name, bytes] : members) {
    files += little_endian(bytes.size(), 4) + little_endian(content.size(), 4) +
             little_endian(0, 6) + little_endian(0x20, 2) + name + '\0';
    content += bytes;
  }
  std::string data;
  u64 blocks = 0;
  for (u64 at = 0; at < content.size(); at += kMostData, ++blocks) {
    const std::string part = content.substr(at, kMostData);
    data +=
        little_endian(0, 4) + little_endian(part.size(), 2) + little_endian(part.size(), 2) + part;
  }
  const u64 data_at = kHeader + kFolder + files.size();
  return "MSCF"s + little_endian(0, 4) + little_endian(data_at + data.size(), 4) +
         little_endian(0, 4) + little_endian(kHeader + kFolder, 4) + little_endian(0, 4) +
         "\x03\x01"s + little_endian(1, 2) + little_endian(members.size(), 2) +
         little_endian(0, 6) + little_endian(data_at, 4) + little_endian(blocks, 2) +
         little_endian(0, 2) + files + data;
}

std::string make_rar4(const Members& members) {
  std::string text = "Rar!\x1A\x07\0"s + rar4_block(0x73, 0, little_endian(0, 6));
  for (const auto& [name, bytes] : members)
    text += rar4_block(0x74, 0x8000,
                       little_endian(bytes.size(), 4) + little_endian(bytes.size(), 4) +
                           little_endian(3, 1) + little_endian(crc32_of(bytes), 4) +
                           little_endian(0, 4) + little_endian(20, 1) + little_endian(0x30, 1) +
                           little_endian(name.size(), 2) + little_endian(0100644, 4) + name) +
            bytes;
  return text + rar4_block(0x7B, 0x4000, "");
}

std::string make_rar5(const Members& members) {
  std::string text = "Rar!\x1A\x07\x01\0"s + rar5_block(vint(1) + vint(0) + vint(0));
  for (const auto& [name, bytes] : members)
    text += rar5_block(vint(2) + vint(2) + vint(bytes.size()) + vint(4) + vint(bytes.size()) +
                       vint(0100644) + little_endian(crc32_of(bytes), 4) + vint(0) + vint(1) +
                       vint(name.size()) + name) +
            bytes;
  return text + rar5_block(vint(5) + vint(0) + vint(0));
}

std::string make_gzip_quine() {
  // The CRC covers its own bytes. It is affine in their bits, x = A x + b over GF(2), and solved by
  // elimination.
  const u32 base = crc32_of(quine_of(0));
  std::array<u64, 32> rows{}; // bit 32: the right-hand side
  for (unsigned row = 0; row < 32; ++row)
    rows[row] = (u64{1} << row) | (u64{(base >> row) & 1} << 32);
  for (unsigned column = 0; column < 32; ++column) {
    const u32 change = crc32_of(quine_of(u32{1} << column)) ^ base;
    for (unsigned row = 0; row < 32; ++row) rows[row] ^= u64{(change >> row) & 1} << column;
  }
  for (unsigned column = 0; column < 32; ++column) {
    unsigned pivot = column;
    while (pivot < 32 && ((rows[pivot] >> column) & 1) == 0) ++pivot;
    if (pivot == 32) throw Error("no such CRC");
    std::swap(rows[column], rows[pivot]);
    for (unsigned row = 0; row < 32; ++row)
      if (row != column && ((rows[row] >> column) & 1) != 0) rows[row] ^= rows[column];
  }
  u32 crc = 0;
  for (unsigned row = 0; row < 32; ++row) crc |= static_cast<u32>((rows[row] >> 32) & 1) << row;
  return quine_of(crc);
}

} // namespace coldsweep::test

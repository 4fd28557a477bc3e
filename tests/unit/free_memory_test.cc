// SPDX-License-Identifier: Apache-2.0
// The allocator keeps what is freed between blocks that are still in use.
#include "base/free_memory.h"
#include "base/process_memory.h"
#include "support/catch.h"
#include "support/this_build.h"

#include <memory>
#include <vector>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

u64 resident_bytes() { return process_memory().resident; }

/// One block in 64 stays in use.
std::vector<std::unique_ptr<std::vector<char>>> fragmented(u64 bytes) {
  constexpr u64 kBlock = 64_KiB;
  std::vector<std::unique_ptr<std::vector<char>>> blocks(bytes / kBlock);
  for (auto& block : blocks) block = std::make_unique<std::vector<char>>(kBlock, 'x');
  for (std::size_t i = 0; i < blocks.size(); ++i)
    if (i % 64 != 0) blocks.at(i).reset();
  return blocks;
}

} // namespace

TEST_CASE("free memory is given back while the process holds more than the limit") {
  if (kSanitized) SKIP("sanitizers keep what is freed");
  if (resident_bytes() == 0) SKIP("no /proc/self/statm");
  FreeMemoryLimit never(1024_GiB), limit(resident_bytes() + 32_MiB);
  const auto blocks = fragmented(256_MiB);
  const u64 before = resident_bytes();
  never.check();
  CHECK(resident_bytes() + 16_MiB > before);
  limit.check();
  CHECK(resident_bytes() + 192_MiB < before);

  // What is held now is in use: only when it has grown much is it worth another try.
  const auto few = fragmented(32_MiB);
  const u64 grown = resident_bytes();
  limit.check();
  CHECK(resident_bytes() + 16_MiB > grown);
  const auto many = fragmented(256_MiB);
  const u64 peak = resident_bytes();
  limit.check();
  CHECK(resident_bytes() + 192_MiB < peak);
}

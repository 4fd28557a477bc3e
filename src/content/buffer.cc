// SPDX-License-Identifier: Apache-2.0
#include "content/buffer.h"

#include "base/error.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include <fmt/format.h>
#include <sys/mman.h>

namespace coldsweep {
namespace {

constexpr u64 kGrain = 64_KiB;
constexpr u64 kHuge = 4_MiB; // buffers of this size and more are worth huge pages
constexpr std::chrono::milliseconds kDropEvery{20};

std::byte* mapped(u64 size, int protection, int flags, int descriptor) {
  void* at = ::mmap(nullptr, size, protection, flags, descriptor, 0);
  if (at == MAP_FAILED)
    throw Error(fmt::format("no memory for {} bytes of content: {}", size, errno_text(errno)));
  return static_cast<std::byte*>(at);
}

} // namespace

ReusedBuffer::~ReusedBuffer() {
  if (data_ != nullptr) ::munmap(data_, capacity_);
}

MutableBytes ReusedBuffer::take(u64 size) {
  if (size > capacity_) {
    const u64 wanted = (std::max(size, capacity_ * 2) + kGrain - 1) / kGrain * kGrain;
    if (data_ != nullptr) ::munmap(data_, capacity_);
    data_ = nullptr;
    capacity_ = used_ = 0;
    data_ = mapped(wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
    capacity_ = wanted;
    // A hint: fewer faults when a large stream is read into fresh pages.
    if (wanted >= kHuge) ::madvise(data_, wanted, MADV_HUGEPAGE);
  }
  used_ = std::max(used_, size);
  return {data_, size};
}

void ReusedBuffer::shrink(u64 keep) {
  keep = (keep + kGrain - 1) / kGrain * kGrain;
  if (keep >= used_) return;
  ::madvise(data_ + keep, capacity_ - keep, MADV_DONTNEED);
  used_ = keep;
}

struct Spool::Mapping {
  Mapping(int descriptor, u64 size) : bytes(mapped(size, PROT_READ, MAP_SHARED, descriptor), size) {
    ::madvise(const_cast<std::byte*>(bytes.data()), size, MADV_SEQUENTIAL);
    dropper = std::jthread([this](const std::stop_token& stop) { drop_pages(stop); });
  }
  ~Mapping() {
    dropper.request_stop();
    dropper.join();
    ::munmap(const_cast<std::byte*>(bytes.data()), bytes.size());
  }

  void drop_pages(const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    while (!wake.wait_for(lock, stop, kDropEvery, [&] { return stop.stop_requested(); }) &&
           !stop.stop_requested())
      ::madvise(const_cast<std::byte*>(bytes.data()), bytes.size(), MADV_DONTNEED);
  }

  ByteView bytes;
  std::mutex mutex;
  std::condition_variable_any wake;
  std::jthread dropper;
};

Spool::Spool(const std::filesystem::path& folder, u64 size)
    : file_(File::unnamed(folder)), size_(size) {
  file_.resize(size);
}

Spool::~Spool() = default;

ByteView Spool::map() {
  if (!mapping_) mapping_ = std::make_unique<Mapping>(file_.descriptor(), size_);
  return mapping_->bytes;
}

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
// Library handles that only one thread at a time may use, lent to the reading threads. A thread
// gets the handle it used last if that is free, so that the handle's caches help sequential reads.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace coldsweep {

template <typename Handle> class HandlePool {
public:
  using Opener = std::function<std::unique_ptr<Handle>()>;

  /// Starts with `first` and opens more handles when all are in use, up to `most`.
  HandlePool(std::unique_ptr<Handle> first, Opener open, std::size_t most)
      : open_(std::move(open)), most_(std::max<std::size_t>(most, 1)) {
    idle_.push_back({std::move(first), {}});
  }

  class Lease {
  public:
    Lease(HandlePool& pool, std::unique_ptr<Handle> handle)
        : pool_(pool), handle_(std::move(handle)) {}
    ~Lease() { pool_.give_back(std::move(handle_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Handle* operator->() const { return handle_.get(); }
    /// Closes the handle instead of giving it back.
    void discard() { handle_.reset(); }

  private:
    HandlePool& pool_;
    std::unique_ptr<Handle> handle_;
  };

  Lease take() {
    std::unique_lock lock(mutex_);
    for (;;) {
      if (!idle_.empty()) return {*this, take_idle()};
      if (opened_ < most_) {
        ++opened_;
        lock.unlock();
        if (std::unique_ptr<Handle> fresh = open_one()) return {*this, std::move(fresh)};
        lock.lock();
        continue;
      }
      returned_.wait(lock);
    }
  }

private:
  struct Idle {
    std::unique_ptr<Handle> handle;
    std::thread::id last_user;
  };

  std::unique_ptr<Handle> take_idle() {
    const auto me = std::this_thread::get_id();
    auto found =
        std::find_if(idle_.begin(), idle_.end(), [&](const Idle& i) { return i.last_user == me; });
    if (found == idle_.end()) found = idle_.begin(); // the one idle for longest
    std::unique_ptr<Handle> handle = std::move(found->handle);
    idle_.erase(found);
    return handle;
  }

  /// Null if it can't be opened while others are in use. The caller waits for one of those.
  std::unique_ptr<Handle> open_one() {
    try {
      return open_();
    } catch (...) {
      const std::scoped_lock lock(mutex_);
      --opened_;
      if (opened_ == 0) throw;
      most_ = opened_;
      return nullptr;
    }
  }

  void give_back(std::unique_ptr<Handle> handle) {
    const std::scoped_lock lock(mutex_);
    if (handle)
      idle_.push_back({std::move(handle), std::this_thread::get_id()});
    else
      --opened_;
    returned_.notify_one();
  }

  Opener open_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<Idle> idle_;
  std::size_t opened_ = 1, most_;
};

} // namespace coldsweep

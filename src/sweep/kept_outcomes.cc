// SPDX-License-Identifier: Apache-2.0
#include "sweep/kept_outcomes.h"

#include <chrono>

namespace coldsweep {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLook{50};
constexpr std::chrono::seconds kOldest{1};

} // namespace

KeptOutcomes::KeptOutcomes(Journal& journal, const StopFlag& stop)
    : journal_(journal), stop_(stop),
      committing_(std::async(std::launch::async, [this] { commit_in_time(); })) {}

KeptOutcomes::~KeptOutcomes() { end(); } // then the future waits for its thread

void KeptOutcomes::write(const Outcome& outcome) {
  const std::scoped_lock lock(mutex_);
  journal_.write(outcome);
  if (stop_.is_set()) journal_.flush();
}

void KeptOutcomes::finish() {
  end();
  committing_.get();
  journal_.flush();
}

void KeptOutcomes::commit_in_time() {
  std::unique_lock lock(mutex_);
  Clock::time_point last = Clock::now();
  while (!ended_soon_.wait_for(lock, kLook, [&] { return ended_; })) {
    if (!stop_.is_set() && Clock::now() - last < kOldest) continue;
    journal_.flush();
    if (stop_.is_set()) return; // write() commits from now on
    last = Clock::now();
  }
}

void KeptOutcomes::end() {
  {
    const std::scoped_lock lock(mutex_);
    ended_ = true;
  }
  ended_soon_.notify_all();
}

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
#include "examine/guarded_examiner.h"

#include "base/case_write_error.h"
#include "base/stop.h"
#include "examine/byte_ownership.h"
#include "model/issue_stage.h"

#include <new>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

struct Loss {
  IssueKind kind;
  std::string what;
};

Loss loss_by(const std::exception_ptr& why) {
  try {
    std::rethrow_exception(why);
  } catch (const Stopped&) {
    throw;
  } catch (const CaseWriteError&) {
    throw;
  } catch (const std::bad_alloc&) {
    return {IssueKind::over_limit, "there was not enough memory"};
  } catch (const std::exception& e) {
    return {IssueKind::crashed, e.what()};
  } catch (...) {
    return {IssueKind::crashed, "an unknown error"};
  }
}

/// Absent if that fails too: the record's number must do.
std::optional<std::string> path_of(const SweptVolume& volume, const StreamRef& stream) {
  try {
    return volume.plan.describe(stream).path;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

} // namespace

Outcome lost_outcome(const SweptVolume& volume, const StreamRef& stream,
                     const std::exception_ptr& why) {
  const Loss loss = loss_by(why);
  Outcome outcome;
  outcome.stream = stream.id;
  if (stream.id.kind != StreamKind::name) outcome.bytes.planned = stream.size - stream.shared_tail;
  outcome.bytes.skip(std::string(name_of(loss.kind)), outcome.bytes.planned);
  outcome.space = byte_ownership(stream, outcome.bytes, 0);
  outcome.issues.push_back({.kind = loss.kind,
                            .volume = volume.id,
                            .record = stream.id.record,
                            .path = path_of(volume, stream),
                            .stream_name = std::string(stream.name),
                            .stage = kLostStage,
                            .message = fmt::format("not examined: {}", loss.what),
                            .bytes = outcome.bytes.planned});
  return outcome;
}

Outcome GuardedExaminer::examine(const SweptVolume& volume, const StreamRef& stream) {
  try {
    if (!inner_) inner_ = (*make_)();
    return inner_->examine(volume, stream);
  } catch (...) {
    const std::exception_ptr why = std::current_exception();
    if (inner_) counts_ += inner_->take_filter_counts();
    inner_.reset(); // before anything else takes memory
    return lost_outcome(volume, stream, why);
  }
}

FilterCounts GuardedExaminer::take_filter_counts() {
  FilterCounts counts = std::exchange(counts_, {});
  if (inner_) counts += inner_->take_filter_counts();
  return counts;
}

} // namespace coldsweep

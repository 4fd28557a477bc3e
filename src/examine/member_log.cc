// SPDX-License-Identifier: Apache-2.0
#include "examine/member_log.h"

#include <algorithm>
#include <utility>

namespace coldsweep {
namespace {

constexpr std::string_view kContent = "content";

std::string_view without_extension(std::string_view path) {
  const std::size_t name = path.rfind('/') + 1, dot = path.rfind('.');
  return dot == std::string_view::npos || dot <= name ? path : path.substr(0, dot);
}

} // namespace

std::string NamedLog::full_path() const {
  if (!member) return path;
  std::string inside = *member;
  for (std::size_t at = 0; (at = inside.find(kInside, at)) != std::string::npos;)
    inside.erase(at, 1);
  return path + "/" + inside;
}

NamedLog named_log(std::string_view path, std::string_view member) {
  while (member.ends_with(kContent)) {
    const std::string_view of = member.substr(0, member.size() - kContent.size());
    if (of.empty()) return {std::string(without_extension(path)), std::nullopt};
    if (!of.ends_with(kInside)) break;
    member = without_extension(of.substr(0, of.size() - kInside.size()));
  }
  return {std::string(path), std::string(member)};
}

void add_span(std::vector<LogSpan>& spans, LogSpan more) {
  constexpr std::size_t kMostFamilies = 64, kLongestFamily = 1024;
  const auto of_family = [&] {
    return std::find_if(spans.begin(), spans.end(),
                        [&](const LogSpan& span) { return span.family == more.family; });
  };
  if (more.family.size() > kLongestFamily ||
      (of_family() == spans.end() && spans.size() >= kMostFamilies))
    more.family = "further families";
  const auto found = of_family();
  if (found == spans.end()) return spans.push_back(std::move(more));
  ++found->count;
  if (more.oldest && (!found->oldest || *more.oldest < *found->oldest)) found->oldest = more.oldest;
  if (more.newest && (!found->newest || *more.newest > *found->newest)) found->newest = more.newest;
}

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
#include "prefilter/counts.h"

namespace coldsweep {

std::string mirrored(const std::string& op) {
  if (op.starts_with('<')) return ">" + op.substr(1);
  if (op.starts_with('>')) return "<" + op.substr(1);
  return op;
}

std::vector<std::string> counted(const Expr& sum) {
  if (sum.kind == Expr::Kind::count) return {sum.text};
  if (sum.kind != Expr::Kind::arithmetic || sum.text != "+") return {};
  std::vector<std::string> all;
  for (const Expr& arg : sum.args) {
    const std::vector<std::string> more = counted(arg);
    if (more.empty()) return {};
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

bool is_above_zero(const Expr& sum, const std::string& op, const Expr& bound) {
  if (counted(sum).empty()) return false;
  if (!counted(bound).empty()) return op == ">";
  if (bound.kind != Expr::Kind::number) return false;
  const i64 n = bound.number;
  return (op == ">" && n >= 0) || (op == ">=" && n >= 1) || (op == "==" && n >= 1) ||
         (op == "!=" && n == 0);
}

std::optional<std::size_t> count_needed(const Expr& quantifier, std::size_t count,
                                        PlantedFault fault) {
  if (quantifier.kind == Expr::Kind::quantifier) {
    if (quantifier.text == "any") return 1;
    if (quantifier.text == "all" ||
        (quantifier.text == "none" && fault == PlantedFault::mistake_none_for_all))
      return count;
    return std::nullopt;
  }
  const bool percent = quantifier.kind == Expr::Kind::percent;
  const Expr& value = percent ? quantifier.args[0] : quantifier;
  if (value.kind != Expr::Kind::number || value.number <= 0) return std::nullopt;
  if (!percent)
    return static_cast<std::size_t>(value.number) +
           (fault == PlantedFault::count_at_least_one_too_many ? 1 : 0);
  // Like libyara: the least number that is at least this percentage.
  for (std::size_t n = 0; n <= count; ++n)
    if (static_cast<double>(n) / static_cast<double>(count) * 100 >=
        static_cast<double>(value.number))
      return n;
  return count;
}

} // namespace coldsweep

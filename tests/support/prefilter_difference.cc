// SPDX-License-Identifier: Apache-2.0
#include "support/prefilter_difference.h"

#include "base/error.h"
#include "base/text.h"
#include "rules/compiled.h"

#include <algorithm>

#include <fmt/format.h>

namespace coldsweep::test {
namespace {

std::optional<RuleSet> compiled(const std::string& rules, PlantedFault fault, Tally& tally) {
  const BuiltinRuleFile file{"generated.yar", rules};
  try {
    RuleSet set = RuleSet::load_builtin(std::span(&file, 1));
    set.compiled().lazy_filter.plant(fault);
    return set;
  } catch (const RuleError&) {
    ++tally.refused;
    return std::nullopt; // the generator may write what libyara forbids
  }
}

std::string shown(const ScanResult& result) {
  std::string text = result.error.value_or("") + (result.timed_out ? "timed out" : "");
  for (const RuleMatch& match : result.matches) {
    text += match.rule->name;
    for (const Match& m : match.matches)
      text += fmt::format(" {}@{}+{}={}", m.id, m.offset, m.length, m.data);
    text += '\n';
  }
  for (const std::string& cut : result.truncated) text += cut + '\n';
  return text;
}

/// Content in pieces of `length` bytes, in their own memory: a piece is gone once the next is read.
class Pieces {
public:
  Pieces(ByteView content, u64 length) : left_(content), length_(length) {}

  ByteView next(u64 overlap) {
    if (left_.empty()) return {};
    const ByteView fresh = left_.first(std::min<u64>(length_, left_.size()));
    left_ = left_.subspan(fresh.size());
    piece_.erase(piece_.begin(),
                 piece_.end() - static_cast<std::ptrdiff_t>(std::min<u64>(overlap, piece_.size())));
    piece_.insert(piece_.end(), fresh.begin(), fresh.end());
    return piece_;
  }

private:
  ByteView left_;
  u64 length_;
  std::vector<std::byte> piece_;
};

/// Pads an input to the size from which content may be read piece by piece.
std::string padded(std::string_view input) {
  constexpr std::size_t kLarge = (1 << 20) + 1;
  std::string content(input);
  content.resize(kLarge, '\xfd');
  return content;
}

bool ruled_out(Scanner& scanner, ByteView content, const Externals& name, u64 piece) {
  Pieces pieces(content, piece);
  return scanner.rules_out(content.size(), std::span(&name, 1),
                           [&](u64 overlap) { return pieces.next(overlap); });
}

} // namespace

std::optional<std::string> difference_in_pieces(const GeneratedCase& generated, PlantedFault fault,
                                                Tally& tally) {
  const std::optional<RuleSet> rules = compiled(generated.rules, fault, tally);
  if (!rules) return std::nullopt;
  Scanner with(*rules), without(*rules, Prefiltering::off);
  for (const GeneratedInput& input : generated.inputs) {
    // Every other input lies across the cut between two pieces.
    const u64 piece = 70'000;
    const std::string large =
        padded(tally.pairs % 2 == 0
                   ? input.bytes
                   : std::string(piece - input.bytes.size() / 2 % piece, '\xfd') + input.bytes);
    const ByteView content = bytes_of(large);
    ++tally.pairs;
    if (!ruled_out(with, content, input.externals, piece)) continue;
    ++tally.decided;
    const std::string found = shown(without.scan(content, input.externals));
    if (!found.empty())
      return fmt::format("rules:\n{}\ninput: {}\nruled out in pieces:\n{}", generated.rules,
                         hex(bytes_of(input.bytes)), found);
  }
  return std::nullopt;
}

std::optional<std::string> difference(const GeneratedCase& generated, PlantedFault fault,
                                      Tally& tally) {
  const std::optional<RuleSet> rules = compiled(generated.rules, fault, tally);
  if (!rules) return std::nullopt;
  Scanner with(*rules), without(*rules, Prefiltering::off);
  Scanner in_groups(*rules, Prefiltering::on_in_groups);
  for (const GeneratedInput& input : generated.inputs) {
    const ByteView content = bytes_of(input.bytes);
    const std::string a = shown(with.scan(content, input.externals));
    const ScanResult plain = without.scan(content, input.externals);
    // If libyara gives up on a rule, there is nothing to compare. A filter that spares it the rule
    // does better.
    if (plain.error) continue;
    const std::string b = shown(plain);
    ++tally.pairs;
    if (!b.empty()) ++tally.matching;
    const std::string c = shown(in_groups.scan(content, input.externals));
    if (a != b || c != b)
      return fmt::format(
          "rules:\n{}\ninput: {}\nwith the filter:\n{}\nin groups:\n{}\nwithout:\n{}",
          generated.rules, hex(content), a, c, b);
    const std::string d = shown(in_groups.scan_path_dependent(content, input.externals));
    const std::string e = shown(without.scan_path_dependent(content, input.externals));
    if (d != e)
      return fmt::format(
          "rules:\n{}\ninput: {}\nunder a further name, with the filter:\n{}\nwithout:\n{}",
          generated.rules, hex(content), d, e);
  }
  tally.decided += with.take_filter_counts().decided.calls;
  return std::nullopt;
}

} // namespace coldsweep::test

// SPDX-License-Identifier: Apache-2.0
#include "prefilter/probe.h"

#include "base/endian.h"
#include "base/text.h"
#include "prefilter/counts.h"

#include <algorithm>

namespace coldsweep {
namespace {

/// What libyara's interpreter would get: a value, `undefined`, or something we don't work out.
struct Value {
  enum class State : u8 { known, undefined, unknown };
  State state = State::unknown;
  i64 value = 0;
};

constexpr Value kUndefined{Value::State::undefined, 0};
constexpr Value kUnknown{Value::State::unknown, 0};
constexpr Value known(i64 value) { return {Value::State::known, value}; }

template <std::unsigned_integral T>
std::optional<T> load(ByteView view, u64 offset, bool reversed) {
  return reversed ? big<T>(view, offset) : little<T>(view, offset);
}

template <std::unsigned_integral U, std::signed_integral S>
Value read_as(const Quantity& q, const KnownContent& content, u64 offset) {
  if (content.is_beyond_head(offset, sizeof(U))) return kUnknown;
  const std::optional<U> raw = load<U>(content.head, offset, q.big_endian);
  if (!raw) return kUndefined;
  return known(q.is_signed ? i64{static_cast<S>(*raw)} : static_cast<i64>(*raw));
}

Value read(const Quantity& q, const KnownContent& content, i64 offset) {
  if (offset < 0) return kUndefined;
  const u64 place = static_cast<u64>(offset);
  switch (q.width) {
  case 1: return read_as<u8, std::int8_t>(q, content, place);
  case 2: return read_as<u16, std::int16_t>(q, content, place);
  case 4: return read_as<u32, std::int32_t>(q, content, place);
  default: return kUnknown;
  }
}

Value or_unknown(std::optional<i64> value) { return value ? known(*value) : kUnknown; }

Value shifted(char op, i64 a, i64 by) {
  if (by < 0) return kUndefined;
  if (by >= 64) return known(0);
  return known(op == '<' ? static_cast<i64>(static_cast<u64>(a) << by) : a >> by);
}

Value combine(char op, i64 a, i64 b) {
  i64 result = 0;
  switch (op) {
  case '+': return or_unknown(checked_add(a, b));
  case '-':
    if (__builtin_sub_overflow(a, b, &result)) return kUnknown;
    return known(result);
  case '*': return or_unknown(checked_multiply(a, b));
  case '&': return known(a & b);
  case '|': return known(a | b);
  case '^': return known(a ^ b);
  case '<':
  case '>': return shifted(op, a, b);
  default: return kUnknown;
  }
}

/// Unknown if the result happens to be the number that libyara uses for `undefined`.
Value settled(Value value) {
  constexpr i64 looks_undefined = static_cast<i64>(0xFFFABADAFABADAFFULL);
  return value.state == Value::State::known && value.value == looks_undefined ? kUnknown : value;
}

Value value_of(const Quantity& q, const KnownContent& content) {
  switch (q.kind) {
  case Quantity::Kind::constant: return known(q.value);
  case Quantity::Kind::filesize: return known(static_cast<i64>(content.size));
  case Quantity::Kind::read: {
    const Value offset = value_of(q.args.front(), content);
    return offset.state == Value::State::known ? read(q, content, offset.value) : offset;
  }
  case Quantity::Kind::arithmetic: break;
  }
  const Value a = value_of(q.args.front(), content);
  if (a.state != Value::State::known) return a;
  if (q.op == '~') return settled(known(~a.value));
  if (q.op == '_') return settled(combine('-', 0, a.value));
  const Value b = value_of(q.args.back(), content);
  if (b.state != Value::State::known) return b;
  return settled(combine(q.op, a.value, b.value));
}

bool holds(const std::string& op, std::strong_ordering order) {
  if (op == "==") return order == 0;
  if (op == "!=") return order != 0;
  if (op == "<") return order < 0;
  if (op == "<=") return order <= 0;
  if (op == ">") return order > 0;
  return order >= 0;
}

Answer answer(bool yes) { return yes ? Answer::yes : Answer::no; }

Answer compare(const Comparison& c, const KnownContent& content) {
  const Value left = value_of(c.left, content), right = value_of(c.right, content);
  if (left.state == Value::State::unknown || right.state == Value::State::unknown)
    return Answer::unknown;
  if (left.state == Value::State::undefined || right.state == Value::State::undefined)
    return Answer::no;
  return answer(holds(c.op, left.value <=> right.value));
}

Answer stands_at(const BytesAt& place, const KnownContent& content) {
  const Value offset = value_of(place.offset, content);
  if (offset.state == Value::State::unknown) return Answer::unknown;
  if (offset.state == Value::State::undefined || offset.value < 0) return Answer::no;
  const u64 begin = static_cast<u64>(offset.value);
  bool all_at_hand = true;
  for (const std::vector<ByteSet>& run : place.runs) {
    all_at_hand = all_at_hand && !content.is_beyond_head(begin, run.size());
    const std::optional<ByteView> bytes = slice(content.head, begin, run.size());
    if (!bytes) continue;
    const bool same =
        std::equal(run.begin(), run.end(), bytes->begin(), [](const ByteSet& set, std::byte b) {
          return set[std::to_integer<std::size_t>(b)];
        });
    if (same) return Answer::yes;
  }
  return all_at_hand ? Answer::no : Answer::unknown;
}

std::string_view value_of(const Externals& externals, std::size_t variable) {
  return values_of(externals).at(variable)->c_str(); // libyara sees it up to a NUL
}

bool stands_in(const ByteRun& run, std::string_view value) {
  return std::search(value.begin(), value.end(), run.begin(), run.end(),
                     [](char c, const ByteSet& set) { return set[static_cast<u8>(c)]; }) !=
             value.end() ||
         run.empty();
}

Answer test(const ExternalTest& test, const Externals& externals) {
  if (test.op == "matches") {
    const std::string_view of = value_of(externals, test.variable);
    return std::any_of(test.runs.begin(), test.runs.end(),
                       [&](const ByteRun& run) { return stands_in(run, of); })
               ? Answer::unknown
               : Answer::no;
  }
  std::string value(value_of(externals, test.variable)), text = test.text;
  std::string_view op = test.op;
  if (op.starts_with("i") && op != "==") {
    value = ascii_lower(value);
    text = ascii_lower(text);
    op.remove_prefix(1);
  }
  if (op == "==" || op == "equals") return answer(value == text);
  if (op == "contains") return answer(value.find(text) != std::string::npos);
  if (op == "startswith") return answer(value.starts_with(text));
  if (op == "endswith") return answer(value.ends_with(text));
  return Answer::unknown;
}

Answer size_against(const std::string& op, i64 bound, const SizeRange& size) {
  const bool least = holds(op, static_cast<i64>(size.least) <=> bound);
  const bool most = holds(op, static_cast<i64>(size.most) <=> bound);
  const bool outside = bound < static_cast<i64>(size.least) || bound > static_cast<i64>(size.most);
  if (op == "==" || op == "!=") {
    if (outside) return answer(op == "!=");
    return size.least == size.most ? answer(least) : Answer::unknown;
  }
  return least == most ? answer(least) : Answer::unknown;
}

} // namespace

Answer ask(const Probe& probe, const KnownContent& content, const Externals& externals) {
  switch (probe.kind) {
  case Probe::Kind::comparison: return compare(probe.comparison, content);
  case Probe::Kind::bytes_at: return stands_at(probe.bytes_at, content);
  case Probe::Kind::external: return test(probe.external, externals);
  }
  return Answer::unknown;
}

Answer ask(const Probe& probe, const SizeRange& size) {
  if (probe.kind == Probe::Kind::bytes_at && size.most == 0) return Answer::no;
  if (probe.kind != Probe::Kind::comparison) return Answer::unknown;
  const Comparison& c = probe.comparison;
  using Kind = Quantity::Kind;
  if (c.left.kind == Kind::filesize && c.right.kind == Kind::constant)
    return size_against(c.op, c.right.value, size);
  if (c.right.kind == Kind::filesize && c.left.kind == Kind::constant)
    return size_against(mirrored(c.op), c.left.value, size);
  return Answer::unknown;
}

bool asks_only_beginning(const Probe& probe, u64 bytes) {
  const auto within = [&](const Quantity& offset, u64 length) {
    return offset.kind == Quantity::Kind::constant && offset.value >= 0 &&
           fits(static_cast<u64>(offset.value), length, bytes);
  };
  if (probe.kind == Probe::Kind::bytes_at)
    return std::all_of(probe.bytes_at.runs.begin(), probe.bytes_at.runs.end(),
                       [&](const auto& run) { return within(probe.bytes_at.offset, run.size()); });
  if (probe.kind != Probe::Kind::comparison) return false;
  const Quantity& left = probe.comparison.left;
  return left.kind == Quantity::Kind::read &&
         probe.comparison.right.kind == Quantity::Kind::constant &&
         within(left.args.front(), left.width);
}

} // namespace coldsweep

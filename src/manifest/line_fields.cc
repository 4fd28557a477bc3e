// SPDX-License-Identifier: Apache-2.0
#include "manifest/line_fields.h"

#include "base/checked.h"
#include "base/error.h"
#include "base/text.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace coldsweep {
namespace {

using Json = nlohmann::json;
using Values = std::map<std::string, LineFields::Value, std::less<>>;

constexpr std::size_t kDeepest = 32;
constexpr std::size_t kMostFields = 10'000;
constexpr u64 kMostCompared =
    200'000'000; // names of fields in one line; they are compared one by one

/// Receives the parser's events and keeps the values at depth 1 or 2 that are not in arrays.
class Collector final : public Json::json_sax_t {
public:
  bool null() override { return keep(nullptr); }
  bool boolean(bool value) override { return keep(value); }
  bool number_integer(Json::number_integer_t) override { return keep(LineFields::Other{}); }
  bool number_unsigned(Json::number_unsigned_t value) override { return keep(u64{value}); }
  bool number_float(Json::number_float_t, const std::string&) override {
    return keep(LineFields::Other{});
  }
  bool string(std::string& value) override { return keep(std::move(value)); }
  bool binary(Json::binary_t&) override { return refuse("bytes"); }

  bool start_object(std::size_t) override { return enter(false); }
  bool start_array(std::size_t) override {
    if (nesting_.empty()) return refuse("an array where an object is expected");
    return enter(true);
  }
  bool end_object() override { return leave(); }
  bool end_array() override { return leave(); }

  bool key(std::string& name) override {
    std::vector<std::string>& names = names_.at(nesting_.size() - 1);
    compared_ += names.size();
    if (names.size() == kMostFields || compared_ > kMostCompared)
      return refuse("more fields than a record has");
    if (std::find(names.begin(), names.end(), name) != names.end())
      return refuse(fmt::format("`{}{}` occurs twice",
                                nesting_.size() == 2 ? printable(keys_[0]) + "." : "",
                                printable(name)));
    names.push_back(name);
    if (kept_depth()) keys_.at(nesting_.size() - 1) = std::move(name);
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const Json::exception&) override {
    return refuse(fmt::format("not JSON at byte {}", position));
  }

  Values values;
  std::string problem;

private:
  bool refuse(std::string why) {
    problem = std::move(why);
    return false;
  }

  bool enter(bool is_array) {
    if (nesting_.size() == kDeepest) return refuse("nested deeper than a record");
    names_.at(nesting_.size()).clear();
    nesting_.push_back(is_array);
    return true;
  }

  bool leave() {
    nesting_.pop_back();
    return true;
  }

  bool kept_depth() const {
    return (nesting_.size() == 1 || nesting_.size() == 2) && !nesting_.back() && !nesting_.front();
  }

  bool keep(LineFields::Value value) {
    if (nesting_.empty()) return refuse("a value where an object is expected");
    if (!kept_depth()) return true;
    std::string field = nesting_.size() == 1 ? keys_[0] : fmt::format("{}.{}", keys_[0], keys_[1]);
    if (values.size() == kMostFields) return refuse("more fields than a record has");
    const auto [place, is_new] = values.emplace(std::move(field), std::move(value));
    return is_new || refuse(fmt::format("`{}` occurs twice", printable(place->first)));
  }

  std::vector<bool> nesting_; // the containers around a value, outermost first; true: an array
  std::array<std::string, 2> keys_;
  std::array<std::vector<std::string>, kDeepest> names_; // of the fields so far, at each depth
  u64 compared_ = 0;
};

u64 added(u64 a, u64 b) {
  const std::optional<u64> sum = checked_add(a, b);
  if (!sum) throw FormatError("its numbers add up to more than 64 bits hold");
  return *sum;
}

} // namespace

LineFields LineFields::parse(std::string_view line) {
  Collector collector;
  if (!Json::sax_parse(line.begin(), line.end(), &collector)) throw FormatError(collector.problem);
  LineFields fields;
  fields.values_ = std::move(collector.values);
  return fields;
}

const LineFields::Value& LineFields::at(const std::string& field) const {
  const auto found = values_.find(field);
  if (found == values_.end()) throw FormatError(fmt::format("`{}` is missing", field));
  return found->second;
}

const std::string& LineFields::text(const std::string& field) const {
  const std::string* value = std::get_if<std::string>(&at(field));
  if (value == nullptr) throw FormatError(fmt::format("`{}` is not a text", field));
  return *value;
}

u64 LineFields::number(const std::string& field) const {
  const u64* value = std::get_if<u64>(&at(field));
  if (value == nullptr)
    throw FormatError(fmt::format("`{}` is not an unsigned number of 64 bits", field));
  return *value;
}

bool LineFields::flag(const std::string& field) const {
  const bool* value = std::get_if<bool>(&at(field));
  if (value == nullptr) throw FormatError(fmt::format("`{}` is neither true nor false", field));
  return *value;
}

std::optional<std::string> LineFields::text_or_null(const std::string& field) const {
  if (std::holds_alternative<std::nullptr_t>(at(field))) return std::nullopt;
  return text(field);
}

u64 LineFields::sum(std::initializer_list<const char*> fields) const {
  u64 sum = 0;
  for (const char* field : fields) sum = added(sum, number(field));
  return sum;
}

u64 LineFields::sum_within(const std::string& object) const {
  const std::string prefix = object + ".";
  u64 sum = 0;
  for (auto entry = values_.lower_bound(prefix);
       entry != values_.end() && entry->first.starts_with(prefix); ++entry)
    sum = added(sum, number(entry->first));
  return sum;
}

} // namespace coldsweep

// SPDX-License-Identifier: Apache-2.0
// JSON lines for Timesketch: one row for each time of each finding, with the three fields that it
// requires. No field is longer than its index allows (32,766 bytes).
#include "base/text.h"
#include "report/fields.h"
#include "report/formats.h"
#include "report/text_forms.h"

#include <fmt/format.h>

namespace coldsweep::report {
namespace {

constexpr std::size_t kLongestField = 32'000;
// pandas and OpenSearch keep nanoseconds in 64 bits: they have only the years 1678 to 2261.
constexpr i64 kEarliest = -9'200'000'000, kLatest = 9'200'000'000; // seconds since 1970

/// `2021-03-02T10:11:12.123456+00:00`
std::string microseconds(const std::string& iso) {
  const std::size_t point = iso.find('.');
  const std::string fraction = point == std::string::npos ? "" : iso.substr(point + 1, 6);
  const std::string whole = iso.substr(0, std::min(point, iso.find('Z')));
  return fmt::format("{}.{:0<6}+00:00", whole, fraction.substr(0, fraction.find('Z')));
}

class Rows {
public:
  Rows(const SealedCase& sealed, const FindingRow& finding, const Output& output)
      : output_(output) {
    const auto text = [&](const char* field, const std::string& value) {
      if (!value.empty()) common_[field] = clipped(value, kLongestField);
    };
    message_ = clipped(fmt::format("{} in {}:{}{}", printable(finding.cause.name),
                                   sealed.locator(finding.volume), printable(full_name(finding)),
                                   finding.allocated ? "" : " (deleted)"),
                       kLongestField);
    text("rule", finding.cause.name);
    text("description", finding.cause.detail);
    text("path", finding.path);
    text("stream", finding.stream);
    text("member", finding.member.value_or(""));
    text("volume", sealed.locator(finding.volume));
    text("place", finding.place);
    text("md5", finding.md5);
    text("sha1", finding.sha1);
    text("sha256", finding.sha256);
    text("owner_sid", finding.owner_sid);
    text("locate", finding.locate);
    common_["kind"] = finding.kind;
    common_["weight"] = name_of(weight_of(finding.score));
    if (finding.score) common_["score"] = *finding.score;
    if (finding.record) common_["mft_record"] = *finding.record;
    common_["allocated"] = finding.allocated;
    common_["size"] = finding.size;
    common_["finding"] = finding.number;
    common_["data_type"] = "coldsweep:finding";
  }

  void add(const std::string& iso, const std::string& description) {
    if (iso.empty()) return;
    const std::optional<UnixTime> time = unix_time(iso);
    const bool in_range = time && time->seconds > kEarliest && time->seconds < kLatest;
    put(in_range ? microseconds(iso) : "1970-01-01T00:00:00.000000+00:00",
        in_range ? description : description + " (out of Timesketch's range, see exact_time)", iso);
  }

  /// A finding without any time must not be lost.
  void finish() {
    if (!any_) put("1970-01-01T00:00:00.000000+00:00", "Not a time", "");
  }

private:
  void put(const std::string& datetime, const std::string& description, const std::string& exact) {
    any_ = true;
    Json row{{"message", message_}, {"datetime", datetime}, {"timestamp_desc", description}};
    if (!exact.empty()) row["exact_time"] = clipped(exact, kLongestField);
    row.update(common_);
    output_(json_text(row) + "\n");
  }

  const Output& output_;
  std::string message_;
  Json common_ = Json::object();
  bool any_ = false;
};

} // namespace

void write_timesketch(const SealedCase& sealed, const Output& output) {
  constexpr std::array names{"Creation Time", "Content Modification Time",
                             "Metadata Modification Time", "Last Access Time"};
  sealed.for_each_finding([&](const FindingRow& finding) {
    Rows rows(sealed, finding, output);
    for (std::size_t i = 0; i < names.size(); ++i) {
      rows.add(finding.si.at(i), fmt::format("{} ($STANDARD_INFORMATION)", names.at(i)));
      rows.add(finding.fn.at(i), fmt::format("{} ($FILE_NAME)", names.at(i)));
    }
    rows.add(finding.log_time, "Log Record Time");
    rows.finish();
  });
}

} // namespace coldsweep::report

// SPDX-License-Identifier: Apache-2.0
// Formats of the forensic command line: hashdeep's list of known files, and mactime's body file.
// One entry per stream, however many findings it has.
#include "base/text.h"
#include "report/formats.h"
#include "report/text_forms.h"

#include <algorithm>
#include <set>
#include <unordered_set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coldsweep::report {
namespace {

/// The name that EvidenceStore gives to the copy.
std::string copy_of(const FindingRow& finding) {
  return fmt::format("evidence/{}/{}", finding.sha256.substr(0, 2), finding.sha256);
}

/// hashdeep reads lines into a buffer of limited length, comments too.
constexpr std::size_t kLongestComment = 500;

/// mactime splits lines at `|` and has no escape for it.
std::string body_name(std::string name) {
  name = printable(name);
  for (std::size_t at = 0; (at = name.find('|', at)) != std::string::npos;)
    name.replace(at, 1, "\\x7c");
  return name;
}

/// Whole seconds since 1970, or 0 if there is no time, as in all body files.
i64 body_time(const std::string& iso) {
  const std::optional<UnixTime> time = unix_time(iso);
  return time ? std::max<i64>(time->seconds, 0) : 0;
}

std::string causes_of(const std::vector<FindingRow>& findings) {
  std::set<std::string> names;
  for (const FindingRow& finding : findings) names.insert(finding.cause.name);
  constexpr std::size_t shown = 8;
  std::vector<std::string> first(
      names.begin(),
      std::next(names.begin(), static_cast<std::ptrdiff_t>(std::min(shown, names.size()))));
  if (names.size() > shown) first.push_back(fmt::format("{} more", names.size() - shown));
  return fmt::format("{}", fmt::join(first, ", "));
}

std::string body_line(const FindingRow& f, const TimeRow& times, const std::string& name) {
  const std::string inode = f.record ? fmt::format("{}-128-{}", *f.record, f.attribute_id) : "0";
  return fmt::format("{}|{}|{}|r/rrwxrwxrwx|0|0|{}|{}|{}|{}|{}\n", f.md5.empty() ? "0" : f.md5,
                     body_name(name), inode, f.size, body_time(times[3]), body_time(times[1]),
                     body_time(times[2]), body_time(times[0]));
}

bool any_time(const TimeRow& times) {
  return std::any_of(times.begin(), times.end(),
                     [](const std::string& time) { return !time.empty(); });
}

} // namespace

void write_hashdeep(const SealedCase& sealed, const Output& output) {
  output(
      fmt::format("%%%% HASHDEEP-1.0\n%%%% size,md5,sha1,sha256,filename\n"
                  "## Made by coldsweep {} from the manifest with seal {}\n"
                  "## Audit from within the case folder: hashdeep -r -l -a -k THIS_FILE evidence\n"
                  "## Streams without a copy are listed as comments.\n## \n",
                  printable(sealed.case_text({"tool", "version"})), printable(sealed.seal_sha256)));
  std::unordered_set<std::string> listed;
  sealed.for_each_stream([&](const std::vector<FindingRow>& findings) {
    const FindingRow& f = findings.front();
    const std::string where = clipped(
        printable(fmt::format("{}:{}", sealed.locator(f.volume), full_name(f))), kLongestComment);
    if (!f.exported || f.sha256.empty())
      return output(
          fmt::format("## no copy: {},{},{},{},{}\n", f.size, f.md5, f.sha1, f.sha256, where));
    output(fmt::format("## {} = {}\n", copy_of(f), where));
    if (listed.insert(f.sha256).second)
      output(fmt::format("{},{},{},{},{}\n", f.size, f.md5, f.sha1, f.sha256, copy_of(f)));
  });
}

void write_bodyfile(const SealedCase& sealed, const Output& output) {
  sealed.for_each_stream([&](const std::vector<FindingRow>& findings) {
    const FindingRow& f = findings.front();
    const std::string name = fmt::format("{}:{}{} [{}]", sealed.locator(f.volume), full_name(f),
                                         f.allocated ? "" : " (deleted)", causes_of(findings));
    output(body_line(f, f.si, name));
    if (any_time(f.fn)) output(body_line(f, f.fn, name + " ($FILE_NAME)"));
  });
}

} // namespace coldsweep::report

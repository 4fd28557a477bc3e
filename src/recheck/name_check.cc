// SPDX-License-Identifier: Apache-2.0
#include "recheck/name_check.h"

#include "base/error.h"
#include "base/text.h"
#include "filesystem/mft_record.h"
#include "filesystem/path_index.h"
#include "filesystem/suspicious_names.h"

#include <algorithm>

#include <fmt/format.h>

namespace coldsweep {

Rechecked check_name(const report::FindingRow& finding, MutableBytes record) {
  const std::optional<MftRecord> parsed = parse_mft_record(record);
  if (!parsed) throw FormatError("its MFT record is empty");
  if (parsed->sequence != finding.sequence)
    return {Recheck::differs, fmt::format("its MFT record has the sequence number {}, not {}",
                                          parsed->sequence, finding.sequence)};
  const std::string stated = finding.path.substr(finding.path.rfind('/') + 1);
  bool named = false, odd = false, listed = false;
  for (const Attribute& attribute : parsed->attributes) {
    listed = listed || attribute.is(AttributeType::attribute_list);
    if (!attribute.is(AttributeType::file_name)) continue;
    const std::optional<FileName> name = parse_file_name(attribute.value);
    if (!name) continue;
    named = named || name->name == stated;
    const std::vector<Anomaly> anomalies = suspicious_name(name->name);
    odd = odd || std::any_of(anomalies.begin(), anomalies.end(), [&](const Anomaly& anomaly) {
            return anomaly.name == finding.cause.name;
          });
  }
  if (named && odd) return {};
  if (listed) return {Recheck::not_checkable, "some of its names are in other MFT records"};
  return {Recheck::differs,
          named ? fmt::format("no name of its MFT record has the anomaly {}",
                              printable(finding.cause.name))
                : fmt::format("its MFT record does not have the name {}", printable(stated))};
}

} // namespace coldsweep

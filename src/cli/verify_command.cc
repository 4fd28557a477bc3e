// SPDX-License-Identifier: Apache-2.0
// `coldsweep verify`: says whether a case is still what was sealed, and who vouches for it.
#include "cli/commands.h"

#include "base/error.h"
#include "base/text.h"
#include "cli/case_rules.h"
#include "manifest/line_reader.h"
#include "manifest/seal.h"
#include "manifest/signature.h"
#include "manifest/timestamp.h"
#include "recheck/recheck.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace coldsweep {
namespace {

struct Vouchers {
  std::string signature = "none"; ///< or `valid`, `not_checked`
  std::optional<Timestamp> timestamp;
};

/// Sets `problem` if the signature or the time stamp is not valid.
Vouchers check_vouchers(const VerifyArguments& arguments, std::optional<std::string>& problem) {
  Vouchers vouchers;
  if (std::filesystem::exists(arguments.case_folder / kSignature))
    vouchers.signature = "not_checked";
  if (arguments.public_key) {
    problem = check_signature(arguments.case_folder, *arguments.public_key);
    if (problem) return vouchers;
    vouchers.signature = "valid";
  }
  try {
    vouchers.timestamp = check_timestamp(arguments.case_folder, arguments.authorities);
  } catch (const FormatError& e) {
    problem = e.what();
    return vouchers;
  }
  if (arguments.authorities && !vouchers.timestamp)
    problem = fmt::format("{}: missing; the case has no time stamp", kTimestamp);
  return vouchers;
}

nlohmann::ordered_json json_of(const Verification& result, const Vouchers& vouchers) {
  nlohmann::ordered_json json{{"holds", !result.first_problem},
                              {"records", result.records},
                              {"findings", result.findings},
                              {"issues", result.issues},
                              {"evidence_files", result.evidence_files},
                              {"signature", vouchers.signature},
                              {"timestamp", nullptr}};
  if (vouchers.timestamp)
    json["timestamp"] = {{"time", vouchers.timestamp->time},
                         {"authority", vouchers.timestamp->authority},
                         {"trusted", vouchers.timestamp->trusted}};
  json["first_problem"] =
      result.first_problem ? nlohmann::ordered_json(*result.first_problem) : nullptr;
  return json;
}

std::string counted(u64 count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

void print(const Verification& result, const Vouchers& vouchers) {
  fmt::print("The case is intact: {}, {}, {}, {}\n", counted(result.records, "record"),
             counted(result.findings, "finding"), counted(result.issues, "issue"),
             counted(result.evidence_files, "evidence file"));
  if (vouchers.signature == "valid") fmt::print("Signature: valid, with the given key\n");
  if (vouchers.signature == "not_checked") fmt::print("Signature: not checked; use --public-key\n");
  if (vouchers.timestamp)
    fmt::print("Time stamp: {}, by {}{}\n", vouchers.timestamp->time,
               printable(vouchers.timestamp->authority),
               vouchers.timestamp->trusted
                   ? ", trusted by the given authorities"
                   : "; use --timestamp-ca to check whether that can be trusted");
}

/// The counts, and the findings that were not fully confirmed.
struct AgainstImage {
  RecheckCounts counts;
  bool with_rules = false;
  nlohmann::ordered_json exceptions = nlohmann::ordered_json::array();
};

std::string_view name_of(Recheck verdict) {
  return verdict == Recheck::confirmed ? "confirmed"
         : verdict == Recheck::differs ? "differs"
                                       : "not_checkable";
}

AgainstImage check_image(const VerifyArguments& arguments) {
  const Image image = open_image(arguments.image);
  const report::SealedCase sealed(arguments.case_folder);
  const std::optional<RuleSet> rules = load_case_rules(sealed, arguments.rules);
  AgainstImage against;
  against.with_rules = rules.has_value();
  against.counts =
      recheck({.sealed = sealed,
               .case_folder = arguments.case_folder,
               .image = image,
               .rules = rules ? &*rules : nullptr},
              [&](const report::FindingRow& finding, const Rechecked& result) {
                if (result.verdict == Recheck::confirmed && result.why.empty()) return;
                const std::string place = fmt::format("{}:{}", sealed.locator(finding.volume),
                                                      report::full_name(finding));
                if (arguments.json)
                  against.exceptions.push_back({{"finding", finding.number},
                                                {"path", place},
                                                {"cause", finding.cause.name},
                                                {"verdict", name_of(result.verdict)},
                                                {"why", result.why}});
                else if (result.verdict != Recheck::confirmed)
                  fmt::print("{}: finding {}, {} ({}): {}\n",
                             result.verdict == Recheck::differs ? "DIFFERS" : "not checkable",
                             finding.number, printable(place), printable(finding.cause.name),
                             printable(result.why));
              });
  return against;
}

void print(const AgainstImage& against) {
  const RecheckCounts& counts = against.counts;
  fmt::print("Against the image: {} confirmed, {} differ, {} not checkable\n",
             counted(counts.confirmed, "finding"), counts.differs, counts.not_checkable);
  if (against.with_rules)
    fmt::print("Rules: evaluated again for {} of them, by libyara alone\n", counts.judged);
  else
    fmt::print(
        "Rules: not evaluated; the case did not use the built-in pack, so give its rules with "
        "--rules\n");
}

} // namespace

int run_verify(const VerifyArguments& arguments) {
  Verification result = verify_case(arguments.case_folder);
  const Vouchers vouchers =
      result.first_problem ? Vouchers{} : check_vouchers(arguments, result.first_problem);
  std::optional<AgainstImage> against;
  try {
    if (!result.first_problem && !arguments.image.empty()) against = check_image(arguments);
  } catch (const Problem& e) { // a line that no sweep writes, under a seal that holds
    result.first_problem = e.what();
  }
  if (arguments.json) {
    nlohmann::ordered_json json = json_of(result, vouchers);
    if (against)
      json["image"] = {{"confirmed", against->counts.confirmed},
                       {"differs", against->counts.differs},
                       {"not_checkable", against->counts.not_checkable},
                       {"rules_asked", against->counts.judged},
                       {"exceptions", against->exceptions}};
    fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  } else if (result.first_problem) {
    fmt::print("DIFFERS: {}\n", printable(*result.first_problem));
  } else {
    print(result, vouchers);
    if (against) print(*against);
  }
  return result.first_problem || (against && against->counts.differs > 0) ? 3 : 0;
}

} // namespace coldsweep

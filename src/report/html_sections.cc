// SPDX-License-Identifier: Apache-2.0
// What report.html shows without its script: everything, but only the findings with the highest
// scores.
#include "report/html_sections.h"

#include "base/text.h"
#include "report/fields.h"
#include "report/heaviest.h"
#include "report/text_forms.h"

#include <algorithm>

#include <fmt/format.h>

namespace coldsweep::report {
namespace {

constexpr std::size_t kStaticFindings = 200, kIssuesShown = 500, kCausesShown = 8,
                      kLongestCell = 2'000;

std::string cell(std::string_view text) { return html(clipped(text, kLongestCell)); }

std::string grouped(u64 number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;)
    digits.insert(at -= 3, "\xE2\x80\xAF"); // narrow no-break space
  return digits;
}

std::string entry(std::string_view term, const std::string& escaped) {
  return escaped.empty() ? "" : fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", term, escaped);
}

std::string sized(u64 bytes) {
  return fmt::format("<span title=\"{} bytes\">{}</span>", bytes, human_size(bytes));
}

/// A bar divided in proportion to the parts. It uses SVG attributes, because the page's policy
/// allows no styles in the markup.
std::string bar(const std::vector<std::pair<std::string_view, u64>>& parts,
                const std::string& label) {
  double sum = 0;
  for (const auto& [name, value] : parts) sum += static_cast<double>(value);
  std::string text = fmt::format("<svg class=\"bar\" viewBox=\"0 0 1000 10\" "
                                 "preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{}\">",
                                 html(label));
  text += "<rect class=\"none\" width=\"1000\" height=\"10\"/>";
  double at = 0;
  for (const auto& [name, value] : parts) {
    if (value == 0 || sum <= 0) continue;
    const double width = std::max(1000 * static_cast<double>(value) / sum, 3.0);
    text += fmt::format("<rect class=\"{}\" x=\"{:.1f}\" width=\"{:.1f}\" height=\"10\"/>", name,
                        std::min(at, 997.0), width);
    at += 1000 * static_cast<double>(value) / sum;
  }
  return text + "</svg>";
}

/// A key as a term: `case number`.
std::string spaced(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

/// Empty if nothing was compared.
std::string hash_verdict(const Json& image) {
  if (member_of(image, "hash_match") == nullptr) return {};
  return flag_of(image, "hash_match") ? "the media matches the hashes stored in the image"
                                      : "<strong>the media does not match the hashes stored in "
                                        "the image</strong>";
}

/// What the examiner said about the case; empty if nothing.
std::string said_of_case(const SealedCase& sealed) {
  std::string facts;
  for (const auto& [name, value] : object_of(sealed.record, "info").items())
    if (!value.is_null()) facts += entry(cell(spaced(name)), cell(shown(value)));
  return facts.empty() ? facts : "<dl class=\"facts\">" + facts + "</dl>";
}

std::string examined(const SealedCase& sealed) {
  const Json& image = object_of(sealed.record, "image");
  const Json& segments = array_of(image, "segments");
  std::string text = "<section class=\"card\" aria-labelledby=\"h-examined\"><h2 "
                     "id=\"h-examined\">Examined</h2>" +
                     said_of_case(sealed) + "<dl class=\"facts\">";
  text += entry("Image",
                cell(sealed.image_name()) +
                    (segments.size() > 1
                         ? fmt::format(" <small>and {} more segments</small>", segments.size() - 1)
                         : ""));
  text += entry("Media", fmt::format("{}, {}", sized(number_of(image, "size")),
                                     cell(text_of(image, "format"))));
  for (const auto& [name, value] : object_of(image, "acquisition").items()) {
    if (!value.is_null() && !value.is_structured())
      text += entry(cell(spaced(name)), cell(shown(value)));
  }
  for (const auto& [name, value] : object_of(image, "stored_hashes").items())
    if (!value.is_null())
      text += entry("stored " + cell(name), "<code>" + cell(shown(value)) + "</code>");
  for (const auto& [name, value] : object_of(image, "computed_hashes").items())
    if (!value.is_null())
      text += entry("computed " + cell(name), "<code>" + cell(shown(value)) + "</code>");
  text += entry("Hash", hash_verdict(image));
  std::string volumes;
  for (const VolumeRow& volume : sealed.volumes)
    volumes += fmt::format("{}<b>{}</b> {}, {}", volumes.empty() ? "" : "<br>",
                           cell(volume.locator), cell(volume.filesystem), cell(volume.status));
  text += entry("Volumes", volumes);
  u64 rules = 0;
  const Json& files = array_of(object_of(sealed.record, "rules"), "files");
  for (const Json& file : files) rules += number_of(file, "rules");
  text += entry("Rules", fmt::format("{} in {} files", grouped(rules), grouped(files.size())));
  std::string scope;
  for (const Json& name : array_of(sealed.record, "scope"))
    scope += (scope.empty() ? "" : ", ") + cell(shown(name));
  text += entry("Scope", scope);
  return text +
         entry("Scanned", fmt::format("{} streams, {}", grouped(sealed.total.streams_scanned),
                                      sized(sealed.total.scanned))) +
         "</dl></section>";
}

std::string found(const SealedCase& sealed) {
  std::string text = "<section class=\"card\" aria-labelledby=\"h-found\"><h2 "
                     "id=\"h-found\">Findings by weight</h2><ul class=\"weights\">";
  std::vector<std::pair<std::string_view, u64>> parts;
  for (std::size_t i = 0; i < kWeights; ++i) {
    const std::string_view name = name_of(static_cast<Weight>(i));
    parts.emplace_back(name, sealed.weights.at(i));
    text += fmt::format("<li class=\"{0}\"><strong>{1}</strong><span>{0}</span></li>", name,
                        grouped(sealed.weights.at(i)));
  }
  text += "</ul>" + bar(parts, "Findings by weight");
  if (sealed.strings_only > 0)
    text += fmt::format(
        "<p class=\"note\">{} of them are of kind <code>strings_only</code>: strings of "
        "a rule in raw space, where its condition can't be evaluated.</p>",
        grouped(sealed.strings_only));
  std::vector<std::pair<std::string, CauseCount>> causes(sealed.causes.begin(),
                                                         sealed.causes.end());
  std::stable_sort(causes.begin(), causes.end(), [](const auto& a, const auto& b) {
    return std::pair(a.second.best_score.value_or(-1), a.second.findings) >
           std::pair(b.second.best_score.value_or(-1), b.second.findings);
  });
  text += causes.empty() ? "<p class=\"calm\">Nothing matched.</p>" : "<ol class=\"causes\">";
  for (std::size_t i = 0; i < std::min(causes.size(), kCausesShown); ++i)
    text += fmt::format("<li><span class=\"dot {}\"></span><span class=\"name\">{}</span><span "
                        "class=\"num\">{}</span></li>",
                        name_of(weight_of(causes[i].second.best_score)), cell(causes[i].first),
                        grouped(causes[i].second.findings));
  if (!causes.empty()) text += "</ol>";
  if (causes.size() > kCausesShown)
    text += fmt::format("<p class=\"note\">and {} more rules</p>", causes.size() - kCausesShown);
  return text + "</section>";
}

std::string not_looked_at(const SealedCase& sealed) {
  std::string items;
  const auto item = [&](const std::string& what, const std::string& amount) {
    items += fmt::format("<li><span class=\"name\">{}</span><span class=\"num\">{}</span></li>",
                         what, amount);
  };
  for (const VolumeRow& volume : sealed.volumes)
    if (volume.status != "swept")
      item(fmt::format("volume <b>{}</b> ({}): {}", cell(volume.locator), cell(volume.filesystem),
                       cell(volume.status)),
           sized(volume.size));
  for (const auto& [reason, bytes] : sealed.total.skipped_by)
    item("skipped: " + cell(reason), sized(bytes));
  if (sealed.total.unreadable > 0) item("unreadable", sized(sealed.total.unreadable));
  if (sealed.total.streams_failed > 0)
    item("streams that failed", grouped(sealed.total.streams_failed));
  for (const auto& [kind, count] : sealed.issue_kinds)
    item(fmt::format("<a href=\"#issues\">issues: {}</a>", cell(kind)), grouped(count.issues));
  const std::size_t rejected = array_of(object_of(sealed.record, "rules"), "rejected").size();
  if (rejected > 0) item("rule files left out", grouped(rejected));
  std::string text = "<section class=\"card missed\" aria-labelledby=\"h-missed\"><h2 "
                     "id=\"h-missed\">Not looked at</h2>";
  text += items.empty() ? "<p class=\"calm\">Nothing that was planned.</p>"
                        : "<ul class=\"causes\">" + items + "</ul>";
  return text +
         "<p class=\"note\">Only what is in scope was planned. A finding shows that bytes are "
         "there, not that they were ever executed.</p></section>";
}

std::string static_row(const SealedCase& sealed, const FindingRow& f) {
  std::string why, notes;
  for (const std::string& caveat : f.caveats) notes += "<br><small>" + cell(caveat) + "</small>";
  for (const ReasonRow& reason : f.why)
    why += fmt::format("{}{} ({:+})", why.empty() ? "" : ", ", cell(reason.reason), reason.points);
  return fmt::format(
      "<tr><td class=\"num\"><span class=\"dot "
      "{}\"></span>{}</td><td>{}<br><small>{}</small></td><td "
      "class=\"path\">{}:{}{}<br><small>{}</small>{}</td>"
      "<td>{}<br><small>{}</small></td><td><code>{}</code><br><code>{}</code></td></tr>",
      name_of(weight_of(f.score)), f.score ? std::to_string(*f.score) : "&ndash;",
      cell(f.cause.name), cell(f.cause.detail), cell(sealed.locator(f.volume)), cell(full_name(f)),
      f.allocated ? "" : " <em>deleted</em>", why, notes, cell(f.si[0]), cell(f.si[1]),
      cell(f.sha256), cell(f.locate));
}

/// All bytes of a volume, by what happened to them.
std::string space_row(const SpaceAccount& space) {
  if (space.size == 0) return {};
  std::string parts;
  for (const auto& [what, bytes] : space.parts())
    parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", human_size(bytes), cell(what));
  const std::string shown_bar = bar({{"scanned", space.streams + space.slack + space.unallocated},
                                     {"sparse", space.metadata},
                                     {"skipped", space.skipped},
                                     {"unreadable", space.unreadable}},
                                    parts);
  return fmt::format(
      "<tr><td></td><td colspan=\"6\">the whole volume, {}</td><td>{}<small>{}</small></td>"
      "</tr>",
      human_size(space.size), shown_bar, parts);
}

} // namespace

std::string page_title(const SealedCase& sealed) {
  const std::string number = sealed.case_text({"image", "acquisition", "case_number"});
  return (number.empty() ? "" : number + " \xC2\xB7 ") + sealed.image_name();
}

std::string overview_section(const SealedCase& sealed) {
  return examined(sealed) + found(sealed) + not_looked_at(sealed);
}

std::string static_findings(const SealedCase& sealed) {
  std::string text;
  if (sealed.findings > kStaticFindings)
    text +=
        fmt::format("<p class=\"note\">The {} findings with the highest scores, of {}. To see all "
                    "of them, turn scripts on or use <code>coldsweep report CASE --format "
                    "csv</code>.</p>",
                    kStaticFindings, grouped(sealed.findings));
  text += "<table class=\"plain\"><thead><tr><th>Score</th><th>Rule</th><th>Path</th><th>Created, "
          "modified</th><th>SHA-256, locate</th></tr></thead><tbody>";
  for (const FindingRow& finding : heaviest_findings(sealed, kStaticFindings))
    text += static_row(sealed, finding);
  return text + "</tbody></table>";
}

std::string volumes_section(const SealedCase& sealed) {
  std::string text =
      "<table class=\"plain\"><thead><tr><th>Volume</th><th>File "
      "system</th><th class=\"num\">Offset</th><th "
      "class=\"num\">Size</th><th>State</th><th>Streams</"
      "th><th class=\"num\">Bytes planned</th><th>What happened to them</th></tr></thead><tbody>";
  for (const VolumeRow& volume : sealed.volumes) {
    text += fmt::format("<tr><td><b>{}</b> {}</td><td>{}</td><td class=\"num\">{}</td><td "
                        "class=\"num\">{}</td><td>{}{}</td>",
                        cell(volume.locator), cell(volume.label), cell(volume.filesystem),
                        volume.offset ? grouped(*volume.offset) : "derived", sized(volume.size),
                        cell(volume.status),
                        volume.note.empty() ? "" : "<br><small>" + cell(volume.note) + "</small>");
    const auto known = sealed.coverage.find(volume.id);
    if (known == sealed.coverage.end()) {
      text += "<td colspan=\"3\">nothing was planned here</td></tr>";
      continue;
    }
    const CoverageRow& c = known->second;
    const std::string account =
        fmt::format("{} scanned, {} sparse, {} skipped, {} unreadable", human_size(c.scanned),
                    human_size(c.sparse), human_size(c.skipped), human_size(c.unreadable));
    text +=
        fmt::format("<td>{} of {}</td><td class=\"num\">{}</td><td>{}<small>{}</small></td></tr>",
                    grouped(c.streams_scanned), grouped(c.streams_planned), sized(c.planned),
                    bar({{"scanned", c.scanned},
                         {"sparse", c.sparse},
                         {"skipped", c.skipped},
                         {"unreadable", c.unreadable}},
                        account),
                    account);
    text += space_row(c.space);
  }
  return text + "</tbody></table>";
}

std::string issues_section(const SealedCase& sealed) {
  if (sealed.issues == 0) return "<p class=\"calm\">None.</p>";
  std::string text = "<table "
                     "class=\"plain\"><thead><tr><th>Kind</th><th>Where</th><th>What</"
                     "th><th class=\"num\">Bytes</th></tr></thead><tbody>";
  std::size_t listed = 0;
  sealed.for_each_issue([&](const IssueRow& issue) {
    if (++listed > kIssuesShown) return;
    text +=
        fmt::format("<tr><td>{}</td><td class=\"path\">{}{}{}</td><td>{}<br><small>while: "
                    "{}</small></td><td class=\"num\">{}</td></tr>",
                    cell(issue.kind), issue.volume ? cell(sealed.locator(*issue.volume)) + ":" : "",
                    cell(issue.path), issue.stream.empty() ? "" : ":" + cell(issue.stream),
                    cell(issue.message), cell(issue.stage), grouped(issue.bytes));
  });
  text += "</tbody></table>";
  if (listed > kIssuesShown)
    text += fmt::format("<p class=\"note\">{} more are in the manifest.</p>",
                        grouped(listed - kIssuesShown));
  return text;
}

std::string page_footer(const SealedCase& sealed) {
  std::string engines;
  for (const auto& [name, version] : object_of(sealed.record, "engines").items())
    engines += fmt::format(", {} {}", cell(name), cell(shown(version)));
  return fmt::format(
      "<p>coldsweep {} ({}){}</p><p>Made from the manifest with seal <code>{}</code> and rules "
      "<code>{}</code>. <code>coldsweep verify CASE</code> checks it.</p>",
      cell(sealed.case_text({"tool", "version"})), cell(sealed.case_text({"tool", "commit"})),
      engines, cell(sealed.seal_sha256), cell(sealed.case_text({"rules", "sha256"})));
}

} // namespace coldsweep::report

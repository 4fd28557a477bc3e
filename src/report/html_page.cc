// SPDX-License-Identifier: Apache-2.0
// report.html: one self-contained file. Its policy allows only its own script and style, by hash,
// and loads nothing. So a name from the evidence stays text, whatever it contains.
#include "base/error.h"
#include "base/hash.h"
#include "report/formats.h"
#include "report/html_sections.h"
#include "report/page_files.h"
#include "report/text_forms.h"

#include <fmt/format.h>

namespace coldsweep::report {
namespace {

std::string script() {
  std::string text;
  for (const char* name : {"detail.js", "table.js", "charts.js", "page.js"})
    text += page_file(name);
  return text;
}

std::string source_of(std::string_view text) {
  return "'sha256-" + base64_of_hex(sha256_of(text)) + "'";
}

std::string policy() {
  return fmt::format(
      "default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'",
      source_of(script()), source_of(page_file("page.css")));
}

void write_part(std::string_view name, const SealedCase& sealed, const Output& output) {
  if (name == "policy") return output(policy());
  if (name == "style") return output(page_file("page.css"));
  if (name == "script") return output(script());
  if (name == "title") return output(html(page_title(sealed)));
  if (name == "overview") return output(overview_section(sealed));
  if (name == "findings") return output(static_findings(sealed));
  if (name == "volumes") return output(volumes_section(sealed));
  if (name == "issues") return output(issues_section(sealed));
  if (name == "footer") return output(page_footer(sealed));
  if (name == "index") return write_index(sealed, output);
  if (name == "details") return write_details(sealed, output);
  throw Error(fmt::format("page.html: there is no part {}", name));
}

} // namespace

void write_html(const SealedCase& sealed, const Output& output) {
  std::string_view page = page_file("page.html");
  for (std::size_t begin = 0; (begin = page.find("{{")) != std::string_view::npos;) {
    const std::size_t end = page.find("}}", begin);
    output(page.substr(0, begin));
    write_part(page.substr(begin + 2, end - begin - 2), sealed, output);
    page.remove_prefix(end + 2);
  }
  output(page);
}

} // namespace coldsweep::report

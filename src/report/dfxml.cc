// SPDX-License-Identifier: Apache-2.0
// Digital Forensics XML 2.0.0-beta.0: a fileobject for each stream with findings, within its
// volume. Its `byte_runs` are the stream's extents, as readers of the format expect. Each match is
// a byte_run in our own element `finding`.
#include "report/fields.h"
#include "report/formats.h"
#include "report/text_forms.h"

#include <fmt/format.h>

namespace coldsweep::report {
namespace {

std::string element(std::string_view name, const std::string& text) {
  return text.empty() ? "" : fmt::format("<{0}>{1}</{0}>", name, xml(text));
}

std::string byte_run(u64 file_offset, std::optional<u64> media_offset, u64 length) {
  return fmt::format("<byte_run file_offset=\"{}\"{} len=\"{}\"/>", file_offset,
                     media_offset ? fmt::format(" img_offset=\"{}\"", *media_offset) : "", length);
}

std::string attribute(std::string_view name, const std::string& text) {
  return text.empty() ? "" : fmt::format(" {}=\"{}\"", name, xml(text));
}

std::string finding_element(const FindingRow& finding) {
  std::string text = fmt::format(
      "<coldsweep:finding{}{}{}{}{}{}{}>", attribute("cause", finding.cause.kind),
      attribute("name", finding.cause.name), attribute("namespace", finding.cause.name_space),
      attribute("hash_set", finding.cause.set),
      finding.score ? attribute("score", std::to_string(*finding.score)) : "",
      attribute("place", finding.place),
      finding.log_line ? attribute("log_line", std::to_string(*finding.log_line)) : "");
  for (const MatchRow& match : finding.matches)
    text += byte_run(match.offset, match.media_offset, match.length);
  return text + "</coldsweep:finding>";
}

/// The children are in the order that the schema requires. Folder indexes are not read, so a name
/// counts as allocated if its record is in use and its folder is known.
std::string file_object(const std::vector<FindingRow>& findings) {
  const FindingRow& f = findings.front();
  std::string text = "<fileobject>";
  text += element("filename", full_name(f)) + element("id", std::to_string(f.number)) +
          element("name_type", "r") + element("filesize", std::to_string(f.size));
  text += element("alloc_inode", f.allocated ? "1" : "0");
  text += element("alloc_name", f.allocated && !f.path.starts_with("/$OrphanFiles") ? "1" : "0");
  text += element("compressed", f.encoding == "plain" ? "0" : "1") +
          (f.record ? element("inode", std::to_string(*f.record)) : "");
  text += element("uid", f.owner_sid) + element("mtime", f.si[1]) + element("ctime", f.si[2]) +
          element("atime", f.si[3]) + element("crtime", f.si[0]);
  text += element("seq", std::to_string(f.sequence)) + "<byte_runs>";
  if (f.kind != "name") // the extents of a name are its MFT record
    for (const ExtentRow& extent : f.extents)
      text += byte_run(extent.offset, extent.media_offset, extent.length);
  text += "</byte_runs>";
  for (const auto& [type, digest] :
       {std::pair{"md5", &f.md5}, {"sha1", &f.sha1}, {"sha256", &f.sha256}})
    if (!digest->empty())
      text += fmt::format("<hashdigest type=\"{}\">{}</hashdigest>", type, xml(*digest));
  for (const FindingRow& finding : findings) text += finding_element(finding);
  return text + "</fileobject>\n";
}

std::string head(const SealedCase& sealed) {
  std::string text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<dfxml xmlns=\"http://www.forensicswiki.org/wiki/Category:Digital_Forensics_XML\" "
      "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
      "xmlns:coldsweep=\"urn:coldsweep:dfxml:1\" version=\"2.0.0-beta.0\">\n"
      "<metadata><dc:type>Feature Extraction</dc:type>";
  text += fmt::format("<dc:identifier>{}</dc:identifier></metadata>\n<creator>",
                      xml(sealed.seal_sha256));
  text +=
      element("program", "coldsweep") + element("version", sealed.case_text({"tool", "version"}));
  for (const auto& [name, version] : object_of(sealed.record, "engines").items())
    text += fmt::format("<library name=\"{}\" version=\"{}\"/>", xml(name), xml(shown(version)));
  text += "</creator>\n<source>";
  for (const Json& segment : array_of(object_of(sealed.record, "image"), "segments"))
    text += element("image_filename", text_of(segment, "name"));
  return text + "</source>\n";
}

std::string volume_head(const VolumeRow& volume) {
  std::string text =
      volume.offset ? fmt::format("<volume offset=\"{}\">", *volume.offset) : "<volume>";
  if (volume.offset) text += element("partition_offset", std::to_string(*volume.offset));
  if (volume.cluster_size.value_or(0) > 0)
    text += element("block_size", std::to_string(*volume.cluster_size));
  return text + element("ftype_str", volume.filesystem) + "\n";
}

std::string volume_end(const VolumeRow& volume) {
  return (volume.status == "swept" ? "" : element("error", "not swept: " + volume.status)) +
         "</volume>\n";
}

} // namespace

void write_dfxml(const SealedCase& sealed, const Output& output) {
  output(head(sealed));
  // Both volumes and findings are in the order of volume ids.
  auto next = sealed.volumes.begin();
  const auto open = [&] { output(volume_head(*next)); };
  const auto close = [&] { output(volume_end(*next++)); };
  if (next != sealed.volumes.end()) open();
  sealed.for_each_stream([&](const std::vector<FindingRow>& findings) {
    while (next != sealed.volumes.end() && next->id < findings.front().volume) {
      close();
      if (next != sealed.volumes.end()) open();
    }
    output(file_object(findings));
  });
  while (next != sealed.volumes.end()) {
    close();
    if (next != sealed.volumes.end()) open();
  }
  output("</dfxml>\n");
}

} // namespace coldsweep::report

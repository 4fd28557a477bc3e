// SPDX-License-Identifier: Apache-2.0
#include "prefilter/quantities.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace coldsweep {
namespace {

/// Fields and functions of `pe` that libyara 4.5 leaves undefined without a PE header. Constants,
/// `is_pe` and the rich signature's functions are not among them.
constexpr std::array<std::string_view, 37> kPeNames{"calculate_checksum",
                                                    "characteristics",
                                                    "checksum",
                                                    "dll_characteristics",
                                                    "dll_name",
                                                    "entry_point",
                                                    "export_timestamp",
                                                    "exports",
                                                    "image_base",
                                                    "image_version",
                                                    "imphash",
                                                    "imports",
                                                    "is_32bit",
                                                    "is_64bit",
                                                    "is_dll",
                                                    "is_signed",
                                                    "language",
                                                    "linker_version",
                                                    "locale",
                                                    "machine",
                                                    "number_of_exports",
                                                    "number_of_imports",
                                                    "number_of_resources",
                                                    "number_of_sections",
                                                    "number_of_signatures",
                                                    "opthdr_magic",
                                                    "os_version",
                                                    "overlay",
                                                    "pdb_path",
                                                    "resources",
                                                    "section_index",
                                                    "sections",
                                                    "signatures",
                                                    "size_of_image",
                                                    "subsystem",
                                                    "timestamp",
                                                    "version_info"};

std::optional<Quantity> read_of(const Expr& e) {
  Quantity q;
  q.kind = Quantity::Kind::read;
  std::string_view name = e.text;
  q.is_signed = name.starts_with("int");
  q.big_endian = name.ends_with("be");
  if (name.find("32") != name.npos)
    q.width = 4;
  else
    q.width = name.find("16") != name.npos ? 2 : 1;
  std::optional<Quantity> offset = quantity_of(e.args.front());
  if (!offset) return std::nullopt;
  q.args.push_back(std::move(*offset));
  return q;
}

std::optional<Quantity> arithmetic_of(const Expr& e) {
  static constexpr std::string_view known = "+-*&|^~";
  const bool shift = e.text == "<<" || e.text == ">>";
  if (!shift && (e.text.size() != 1 || known.find(e.text) == known.npos)) return std::nullopt;
  Quantity q;
  q.kind = Quantity::Kind::arithmetic;
  q.op = e.args.size() == 1 && e.text == "-" ? '_' : e.text.front();
  for (const Expr& arg : e.args) {
    std::optional<Quantity> part = quantity_of(arg);
    if (!part) return std::nullopt;
    q.args.push_back(std::move(*part));
  }
  return q;
}

} // namespace

std::optional<Quantity> quantity_of(const Expr& e) {
  Quantity q;
  switch (e.kind) {
  case Expr::Kind::number: q.value = e.number; return q;
  case Expr::Kind::filesize: q.kind = Quantity::Kind::filesize; return q;
  case Expr::Kind::read: return read_of(e);
  case Expr::Kind::arithmetic: return arithmetic_of(e);
  default: return std::nullopt;
  }
}

std::optional<ExternalTest> external_test_of(const std::string& op, const Expr& right) {
  static constexpr std::array<std::string_view, 8> known{"==",         "contains",    "icontains",
                                                         "startswith", "istartswith", "endswith",
                                                         "iendswith",  "iequals"};
  ExternalTest test;
  test.op = op == "!=" ? "==" : op;
  if (right.kind == Expr::Kind::text) {
    if (std::find(known.begin(), known.end(), test.op) == known.end()) return std::nullopt;
    test.text = right.text;
    return test;
  }
  if (op != "matches" || right.kind != Expr::Kind::regex) return std::nullopt;
  const bool nocase = (right.number & 1) != 0, dot_all = (right.number & 2) != 0;
  test.text = fmt::format("/{}/{}{}", right.text, nocase ? "i" : "", dot_all ? "s" : "");
  test.runs = necessary_runs(parse_regex_pattern(right.text, nocase, dot_all));
  return test;
}

bool needs_pe(std::string_view name) {
  if (!name.starts_with("pe.")) return false;
  name.remove_prefix(3);
  name = name.substr(0, name.find_first_of(".[("));
  return std::find(kPeNames.begin(), kPeNames.end(), name) != kPeNames.end();
}

std::vector<Probe> pe_header_probes() {
  const auto read = [](u8 width, Quantity offset) {
    Quantity q;
    q.kind = Quantity::Kind::read;
    q.width = width;
    q.args.push_back(std::move(offset));
    return q;
  };
  const auto literal = [](i64 value) {
    Quantity q;
    q.value = value;
    return q;
  };
  std::vector<Probe> probes(2);
  probes[0].comparison = {read(2, literal(0)), literal(0x5A4D), "=="};
  probes[1].comparison = {read(4, read(4, literal(0x3C))), literal(0x4550), "=="};
  for (Probe& probe : probes) probe.shown = show(probe.comparison);
  return probes;
}

std::string show(const Quantity& q) {
  switch (q.kind) {
  case Quantity::Kind::constant:
    return q.value > 9 ? fmt::format("0x{:x}", q.value) : fmt::format("{}", q.value);
  case Quantity::Kind::filesize: return "filesize";
  case Quantity::Kind::read:
    return fmt::format("{}int{}{}({})", q.is_signed ? "" : "u", q.width * 8,
                       q.big_endian ? "be" : "", show(q.args.front()));
  case Quantity::Kind::arithmetic: break;
  }
  if (q.args.size() == 1)
    return fmt::format("{}({})", q.op == '_' ? '-' : q.op, show(q.args.front()));
  const bool shift = q.op == '<' || q.op == '>';
  return fmt::format("({} {} {})", show(q.args[0]), std::string(shift ? 2 : 1, q.op),
                     show(q.args[1]));
}

std::string show(const Comparison& c) {
  if (c.left.kind == Quantity::Kind::filesize && c.right.kind == Quantity::Kind::constant)
    return fmt::format("filesize {} {}", c.op, c.right.value);
  return fmt::format("{} {} {}", show(c.left), c.op, show(c.right));
}

std::string show(const BytesAt& place) {
  std::string text = "{";
  for (std::size_t i = 0; i < place.runs.size(); ++i) {
    text += i == 0 ? "" : " |";
    for (const ByteSet& set : place.runs[i]) {
      if (set.count() == 1)
        text += fmt::format(" {:02X}", set._Find_first());
      else if (set.all())
        text += " ??";
      else
        text += " [" + set.to_string() + "]";
    }
  }
  return text + " } at " + show(place.offset);
}

std::string show(const ExternalTest& test) {
  if (test.op == "matches")
    return fmt::format("{} matches {}", kExternalNames[test.variable], test.text);
  return fmt::format("{} {} \"{}\"", kExternalNames[test.variable], test.op, test.text);
}

} // namespace coldsweep

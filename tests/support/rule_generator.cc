// SPDX-License-Identifier: Apache-2.0
#include "support/rule_generator.h"

#include <algorithm>

#include <fmt/format.h>

namespace coldsweep::test {
namespace {

std::string widened(const std::string& text) {
  std::string wide;
  for (const char c : text) wide += c, wide += '\0';
  return wide;
}

std::string in_quotes(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += '\\', out += c;
    else if (c < ' ' || c > '~')
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    else
      out += c;
  }
  return out + "\"";
}

std::string base64(const std::string& text, const std::string& alphabet) {
  std::string out;
  unsigned bits = 0, held = 0;
  for (const char c : text) {
    bits = ((bits << 8) | static_cast<unsigned char>(c)) & 0xFFFFF;
    held += 8;
    while (held >= 6) out += alphabet[(bits >> (held -= 6)) & 63];
  }
  if (held > 0) out += alphabet[(bits << (6 - held)) & 63];
  while (out.size() % 4 != 0) out += '=';
  return out;
}

const std::string kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const std::string kOtherAlphabet =
    "zyxwvutsrqponmlkjihgfedcbaZYXWVUTSRQPONMLKJIHGFEDCBA9876543210/+";

} // namespace

std::string RuleGenerator::word(std::size_t least, std::size_t most) {
  static const std::string letters = "abcABC01_ -\n.xyz";
  std::string text;
  for (std::size_t i = least + below(most - least + 1); i > 0; --i)
    text += letters[below(letters.size())];
  return text;
}

void RuleGenerator::make_text(GeneratedString& string) {
  std::string text = chance(20) ? "MZ" + word(0, 3) : word(1, 9);
  if (chance(10)) text += static_cast<char>(below(256));
  if (text.find('\0') != std::string::npos) text += 'q';
  string.source = in_quotes(text);
  const bool wide = chance(35), ascii = chance(35);
  const u64 kind = below(10);
  std::vector<std::string> forms;
  if (wide) forms.push_back(widened(text));
  if (ascii || !wide) forms.push_back(text);
  if (wide) string.source += " wide";
  if (ascii) string.source += " ascii";
  if (kind < 2) {
    const u64 low = below(256), high = low + below(256 - low);
    u64 first = 0, last = 255;
    switch (below(3)) {
    case 0: string.source += " xor"; break;
    case 1: string.source += fmt::format(" xor({})", first = last = low); break;
    default: string.source += fmt::format(" xor({}-{})", first = low, last = high);
    }
    for (const std::string& form : forms) {
      std::string masked = form;
      const u64 key = chance(85) ? first + below(last - first + 1) : below(256);
      for (char& c : masked) c = static_cast<char>(c ^ static_cast<char>(key));
      string.samples.push_back(masked);
    }
  } else if (kind < 4 && text.size() >= 3) {
    const bool other = chance(20), narrow = chance(60);
    const std::string arguments = other ? "(" + in_quotes(kOtherAlphabet) + ")" : "";
    const bool both = narrow && chance(20);
    if (narrow) string.source += " base64" + arguments;
    if (!narrow || both) string.source += " base64wide" + arguments;
    for (const std::string& form : forms) {
      const std::string encoded = base64(std::string(below(3), 'z') + form + word(0, 3),
                                         other ? kOtherAlphabet : kAlphabet);
      if (narrow) string.samples.push_back(encoded);
      if (!narrow || both) string.samples.push_back(widened(encoded));
    }
  } else {
    if (chance(30)) {
      string.source += " nocase";
      for (std::string& form : forms)
        for (char& c : form)
          if (((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) && chance(50))
            c = static_cast<char>(c ^ 32);
    }
    string.samples = forms;
  }
  if (chance(20) && string.source.find("base64") == std::string::npos) string.source += " fullword";
  if (chance(8)) string.source += " private";
}

std::string RuleGenerator::hex_tokens(std::string& sample, int depth) {
  std::string source;
  const std::size_t count = 1 + below(6);
  for (std::size_t i = 0; i < count; ++i) {
    const bool inner = i > 0 && i + 1 < count;
    const u64 kind = below(12);
    const auto value = static_cast<unsigned>(chance(50) ? 'a' + below(4) : below(256));
    if (kind < 5) {
      source += fmt::format("{:02X} ", value);
      sample += static_cast<char>(value);
    } else if (kind == 5) {
      source += "?? ";
      sample += static_cast<char>(below(256));
    } else if (kind == 6) {
      source += fmt::format("{:X}? ", value >> 4);
      sample += static_cast<char>((value & 0xF0) | below(16));
    } else if (kind == 7) {
      source += fmt::format("?{:X} ", value & 15);
      sample += static_cast<char>((value & 15) | below(16) << 4);
    } else if (kind == 8) {
      const bool nibble = chance(30);
      source += nibble ? fmt::format("~{:X}? ", value >> 4) : fmt::format("~{:02X} ", value);
      sample += static_cast<char>(value ^ (nibble ? 0x10 : 0x01));
    } else if (kind == 9 && inner && depth == 0) {
      const u64 low = below(4), high = low + below(chance(10) ? 300 : 5);
      const u64 form = below(4);
      if (form == 0) source += fmt::format("[{}-{}] ", low, high);
      if (form == 1) source += fmt::format("[{}] ", low + 1);
      if (form == 2) source += fmt::format("[{}-] ", low);
      if (form == 3) source += "[-] ";
      const u64 length = form == 1 ? low + 1 : low + below(high - low + 1);
      for (u64 j = 0; j < length; ++j) sample += static_cast<char>(below(256));
    } else if (kind >= 10 && depth < 2) {
      source += "( ";
      const std::size_t options = 2 + below(2), chosen = below(options);
      for (std::size_t j = 0; j < options; ++j) {
        std::string unused;
        source += (j > 0 ? "| " : "") + hex_tokens(j == chosen ? sample : unused, depth + 1);
      }
      source += ") ";
    } else {
      source += fmt::format("{:02x} ", value);
      sample += static_cast<char>(value);
    }
  }
  return source;
}

void RuleGenerator::make_hex(GeneratedString& string) {
  std::string sample = "ab";
  string.source = "{ 61 62 ";
  if (chance(15)) string.source += "/* a comment */ ";
  string.source += hex_tokens(sample, 0) + "}";
  string.samples.push_back(sample);
}

std::string RuleGenerator::regex_atom(std::string& sample, bool nocase, int depth) {
  static const std::vector<std::pair<std::string, std::string>> classes{
      {"\\w", "aZ0_"},     {"\\W", " -\n"},
      {"\\s", " \t\n"},    {"\\S", "a0-"},
      {"\\d", "0129"},     {"\\D", "a \n"},
      {".", "a0 \n"},      {"[a-c]", "abcA"},
      {"[^a-c]", "xdA\n"}, {"[abx-z0-9]", "az9"},
      {"[\\w-]", "a-"},    {"[^\\s]", "ab"},
      {"[]a]", "]a"},      {"[\\x61-\\x63_]", "abc_"},
      {"[a\\-z]", "a-z"}};
  const u64 kind = below(10);
  if (kind < 5) {
    const char c = "abcxyzABC01_"[below(12)];
    sample += nocase && chance(40) && c >= 'a' ? static_cast<char>(c ^ 32) : c;
    return std::string(1, c);
  }
  if (kind == 5) {
    const char c = ".-/\"+*?(["[below(9)];
    sample += c;
    return std::string("\\") + c;
  }
  if (kind == 6) {
    const auto value = static_cast<unsigned>(1 + below(255));
    sample += static_cast<char>(value);
    return fmt::format("\\x{:02x}", value);
  }
  if (kind < 9 || depth > 1) {
    const auto& [source, accepts] = pick(classes);
    sample += accepts[below(accepts.size())];
    return source;
  }
  std::string source = "(";
  const std::size_t options = 1 + below(3), chosen = below(options);
  for (std::size_t i = 0; i < options; ++i) {
    std::string unused;
    source += (i > 0 ? "|" : "") + regex_part(i == chosen ? sample : unused, nocase, depth + 1);
  }
  return source + ")";
}

std::string RuleGenerator::regex_part(std::string& sample, bool nocase, int depth) {
  std::string source;
  for (std::size_t i = 1 + below(4); i > 0; --i) {
    std::string once;
    const std::string atom = regex_atom(once, nocase, depth);
    source += atom;
    u64 times = 1;
    switch (below(9)) {
    case 0: source += "*", times = below(4); break;
    case 1: source += "+", times = 1 + below(3); break;
    case 2: source += "?", times = below(2); break;
    case 3: source += "{2}", times = 2; break;
    case 4: source += "{1,3}", times = 1 + below(3); break;
    case 5: source += "{2,}", times = 2 + below(2); break;
    default: break;
    }
    if (times != 1 && source.back() != '*' && chance(25) &&
        std::string_view("+?}").find(source.back()) != std::string_view::npos &&
        source.size() > atom.size())
      source += "?";
    for (u64 j = 0; j < times; ++j) sample += once;
    if (chance(6)) source += chance(50) ? "\\b" : "\\B";
  }
  return source;
}

void RuleGenerator::make_regex(GeneratedString& string) {
  const bool nocase = chance(30), wide = chance(25), ascii = chance(30);
  std::string sample = "ab", source = "/";
  if (chance(10)) source += "^";
  source += "ab" + regex_part(sample, nocase, 0);
  if (chance(8)) source += "$";
  source += "/";
  const bool flag = nocase && chance(60);
  if (flag) source += "i";
  if (chance(20)) source += "s";
  if (nocase && !flag) source += " nocase";
  if (wide) source += " wide";
  if (ascii) source += " ascii";
  if (chance(12)) source += " fullword";
  if (wide) string.samples.push_back(widened(sample));
  if (ascii || !wide) string.samples.push_back(sample);
  string.source = source;
}

GeneratedString RuleGenerator::make_string(std::size_t number) {
  GeneratedString string;
  string.id = fmt::format("{}{}", number % 2 == 0 ? "$a" : "$b", number);
  const u64 kind = below(10);
  if (kind < 5)
    make_text(string);
  else if (kind < 7)
    make_hex(string);
  else
    make_regex(string);
  return string;
}

std::string RuleGenerator::string_set() {
  switch (below(4)) {
  case 0: return "($a*)";
  case 1: return fmt::format("({})", pick(strings_).id);
  case 2: return fmt::format("({}, {})", pick(strings_).id, pick(strings_).id);
  default: return "them";
  }
}

std::string RuleGenerator::quantifier() {
  static const std::vector<std::string> all{"any", "all", "none", "1", "2", "3", "0", "(1 + 1)"};
  return pick(all);
}

std::string RuleGenerator::integer(int depth) {
  static const std::vector<std::string> reads{"uint8",    "uint16",   "uint32",  "uint8be",
                                              "uint16be", "uint32be", "int8",    "int16",
                                              "int32",    "int8be",   "int16be", "int32be"};
  switch (strings_.empty() ? below(3) : below(depth > 1 ? 5 : 7)) {
  case 0: return fmt::format("{}", below(40));
  case 1: return "filesize";
  case 2: return fmt::format("{}({})", pick(reads), below(8));
  case 3: return "#" + pick(strings_).id.substr(1);
  case 4: return (chance(50) ? "@" : "!") + pick(strings_).id.substr(1) + (chance(30) ? "[1]" : "");
  case 5: {
    static const std::vector<std::string> operators{"+", "-", "*",  "&",  "|",
                                                    "^", "%", "\\", "<<", ">>"};
    return fmt::format("({} {} {})", integer(depth + 1), pick(operators), integer(depth + 1));
  }
  default:
    return chance(50) ? "-" + integer(depth + 1) : fmt::format("uint16({})", integer(depth + 1));
  }
}

std::string RuleGenerator::string_leaf() {
  const std::string& id = pick(strings_).id;
  const std::string bare = id.substr(1);
  switch (below(16)) {
  case 0:
  case 1:
  case 2: return id;
  case 3: return fmt::format("{} at {}", id, below(6));
  case 4: return fmt::format("{} in (0..{})", id, below(60));
  case 5: return fmt::format("#{} > {}", bare, below(3));
  case 6: return fmt::format("#{} == {}", bare, below(3));
  case 7: return fmt::format("@{} < {}", bare, below(80));
  case 8: return fmt::format("!{}[1] >= {}", bare, below(6));
  case 9: return fmt::format("{} of {}", quantifier(), string_set());
  case 10: return fmt::format("{}% of {}", 1 + below(100), string_set());
  case 11:
    return fmt::format("{} of {} in ({}..{})", chance(70) ? "any" : "all", string_set(), below(10),
                       10 + below(99));
  case 12: return fmt::format("any of {} at {}", string_set(), below(4));
  case 13: {
    static const std::vector<std::string> bodies{"$",     "# > 1",        "$ at 0", "@ < 40",
                                                 "not $", "$ in (0..30)", "! > 2",  "# == 0 or $"};
    return fmt::format("for {} of {} : ( {} )", quantifier(), string_set(), pick(bodies));
  }
  case 14: return fmt::format("#{} in ({}..{}) >= {}", bare, below(10), 10 + below(50), below(2));
  default:
    return fmt::format("for {} i in (1..#{}) : ( @{}[i] < {} )", chance(60) ? "any" : "all", bare,
                       bare, below(90));
  }
}

std::string RuleGenerator::matching_external() {
  static const std::vector<std::string> names{"filename", "filepath", "extension", "filetype"};
  static const std::vector<std::string> expressions{
      "/^a/",        "/\\.txt$/",       "/\\.(txt|exe)$/",
      "/\\.TXT/i",   "/a{1,3}\\.t?x?/", "/(a|b|x)\\.?/is",
      "/[a-c]\\.e/", "/(b\\.){1}exe/",  "/stream|C:\\\\/",
      "/^$/",        "/.+(x|y)/i",      "/(E|e)X(E|P)/"};
  return fmt::format("{}{} matches {}", chance(25) ? "not " : "", pick(names), pick(expressions));
}

std::string RuleGenerator::module_leaf() {
  static const std::vector<std::string> all{"pe.number_of_sections > 0",
                                            "pe.is_pe",
                                            "not pe.is_pe",
                                            "pe.is_dll()",
                                            "pe.machine == pe.MACHINE_I386",
                                            "pe.imphash() != \"\"",
                                            "not pe.number_of_sections > 0",
                                            "defined pe.entry_point",
                                            "not defined pe.entry_point",
                                            "pe.MACHINE_I386 == 0x14c",
                                            "elf.type == 2",
                                            "math.entropy(0, filesize) > 3.5",
                                            "math.mean(0, filesize) < 100.0",
                                            "hash.md5(0, filesize) != \"x\"",
                                            "time.now() > 0",
                                            "console.log(\"x\")",
                                            "string.length(filename) > 3",
                                            "dotnet.is_dotnet",
                                            "not dotnet.is_dotnet",
                                            "for any s in pe.sections : ( s.raw_data_size > 0 )",
                                            "for all s in pe.sections : ( s.raw_data_size > 0 )",
                                            "entrypoint == 0",
                                            "not defined entrypoint"};
  return pick(all);
}

std::string RuleGenerator::rule_leaf() {
  if (rules_.empty()) return "true";
  switch (below(5)) {
  case 0: return "not " + pick(rules_);
  case 1: return "any of (r*)";
  case 2: return fmt::format("{} of ({}, {})", 1 + below(2), pick(rules_), pick(rules_));
  default: return pick(rules_);
  }
}

std::string RuleGenerator::leaf() {
  static const std::vector<std::string> operators{"==", "!=", "<", "<=", ">", ">="};
  static const std::vector<std::string> names{"filename", "filepath",      "extension", "filetype",
                                              "owner",    "unpack_parent", "md5",       "language"};
  static const std::vector<std::string> tests{"==",        "!=",         "contains",
                                              "icontains", "startswith", "istartswith",
                                              "endswith",  "iendswith",  "iequals"};
  static const std::vector<std::string> values{"a.txt", ".txt", "A.TXT", "C:\\\\",
                                               "x",     "",     "EXE",   "ZIP"};
  switch (below(13)) {
  case 0:
    return fmt::format("filesize {} {}", pick(operators),
                       below(4) == 0 ? "2KB" : std::to_string(below(400)));
  case 1: return chance(50) ? "uint16(0) == 0x5A4D" : "uint16be(0) == 0x4D5A";
  case 2: return fmt::format("{} {} {}", integer(0), pick(operators), integer(0));
  case 3: return fmt::format("{} {} \"{}\"", pick(names), pick(tests), pick(values));
  case 4: return chance(60) ? matching_external() : module_leaf();
  case 5: return rule_leaf();
  case 6: return chance(50) ? "true" : "false";
  default: return strings_.empty() ? "filesize > 3" : string_leaf();
  }
}

std::string RuleGenerator::condition(int depth) {
  if (depth > 3) return leaf();
  switch (below(9)) {
  case 0:
  case 1:
  case 2: return fmt::format("({} and {})", condition(depth + 1), condition(depth + 1));
  case 3: return fmt::format("({} or {})", condition(depth + 1), condition(depth + 1));
  case 4: return fmt::format("not {}", chance(50) ? leaf() : "(" + condition(depth + 1) + ")");
  case 5: return chance(30) ? fmt::format("defined ({})", leaf()) : leaf();
  default: return leaf();
  }
}

std::string RuleGenerator::make_rule(std::size_t number) {
  strings_.clear();
  for (std::size_t i = below(5); i > 0; --i) strings_.push_back(make_string(strings_.size()));
  if (!strings_.empty() && chance(50)) strings_.push_back(make_string(strings_.size() * 2));
  const std::string name = fmt::format("r{}", number);
  std::string rule;
  if (chance(15)) rule += "private ";
  if (chance(7)) rule += "global ";
  rule += "rule " + name + (chance(20) ? " : tag" : "") + " {\n";
  if (chance(20)) rule += "  meta: filename = \"condition:\" number = -3 yes = true\n";
  std::string used;
  if (!strings_.empty()) {
    rule += "  strings:\n";
    for (const GeneratedString& string : strings_) {
      rule += "    " + string.id + " = " + string.source + (chance(10) ? " // }" : "") + "\n";
      samples_.insert(samples_.end(), string.samples.begin(), string.samples.end());
    }
    used = " and (any of them or true)"; // each string must be referred to
    if (chance(60)) used = fmt::format(" and {} of them", 1 + below(strings_.size()));
    if (chance(15)) used = " or all of them";
  }
  // Conditions that must be common: a bound, and strings.
  std::string wanted = condition(0);
  if (chance(45) && !strings_.empty())
    wanted = chance(50) ? string_leaf()
                        : fmt::format("filesize < {} and {}", 50 + below(500), string_leaf());
  rule += "  condition:\n    (" + wanted + ")" + used + "\n}\n";
  rules_.push_back(name);
  return rule;
}

GeneratedInput RuleGenerator::make_input() {
  GeneratedInput input;
  std::string& bytes = input.bytes;
  if (chance(15)) bytes += "MZ";
  if (chance(5))
    bytes += "\x7f"
             "ELF";
  for (u64 i = below(8); i > 0 && !samples_.empty(); --i) {
    std::string sample = pick(samples_);
    if (chance(15) && !sample.empty()) sample[below(sample.size())] = static_cast<char>(below(256));
    if (chance(8) && !sample.empty()) sample.pop_back();
    bytes += sample;
    if (chance(60)) bytes += chance(50) ? std::string(1 + below(3), ' ') : word(0, 12);
    if (chance(10)) bytes += std::string(below(300), '\0');
  }
  if (chance(5)) bytes.clear();
  static const std::vector<std::string> names{"a.txt", "A.TXT", "b.exe", "x", "a.txt:stream"};
  input.externals.filename = pick(names);
  input.externals.extension = chance(50) ? ".txt" : "";
  input.externals.filepath = chance(50) ? "C:\\x" : "C:\\";
  input.externals.unpack_parent = chance(50) ? "ZIP" : "";
  input.externals.filetype = chance(50) ? "EXE" : "UNKNOWN";
  return input;
}

GeneratedCase RuleGenerator::next(std::size_t inputs) {
  rules_.clear();
  samples_.clear();
  GeneratedCase made;
  std::string rules;
  const std::size_t count = 1 + below(4);
  for (std::size_t i = 0; i < count; ++i) rules += make_rule(i);
  // libyara loads what is imported in each scan, which takes most of its time. One case in eight
  // imports all.
  const bool all = rules.size() % 8 == 0;
  for (const char* module : {"pe", "elf", "math", "hash", "time", "console", "string", "dotnet"})
    if (all || rules.find(std::string(module) + ".") != std::string::npos)
      made.rules += fmt::format("import \"{}\"\n", module);
  made.rules += rules;
  for (std::size_t i = 0; i < inputs; ++i) made.inputs.push_back(make_input());
  return made;
}

} // namespace coldsweep::test

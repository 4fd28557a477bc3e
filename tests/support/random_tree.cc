// SPDX-License-Identifier: Apache-2.0
#include "support/random_tree.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

namespace coldsweep::test {
namespace {

/// The same numbers on every machine, which <random>'s distributions don't promise.
class Dice {
public:
  explicit Dice(u64 seed) : state_(recipe::mixed(seed)) {}
  u64 next() { return state_ = recipe::mixed(state_); }
  u64 below(u64 limit) { return next() % limit; }
  u64 between(u64 least, u64 most) { return least + below(most - least + 1); }
  bool one_in(u64 n) { return below(n) == 0; }

private:
  u64 state_;
};

std::string long_name(Dice& dice) {
  std::string name = fmt::format("{:06}", dice.below(1'000'000));
  while (name.size() < 255) name += static_cast<char>('a' + dice.below(26));
  return name;
}

/// A name that no folder of the tree has yet: the number makes it unique.
std::string odd_name(Dice& dice, u64 number) {
  constexpr std::array forms{"{} with spaces.txt",
                             "ünïcödé-{}.aspx",
                             "日本語{}.txt",
                             "😀{}.bin",
                             "{}\\ud800lone.txt",
                             "\\udc00{}.low",
                             "tab\\u0009{}",
                             "עברית{}",
                             "CON{}",
                             "{}.trailing dot.",
                             "a\\u005cb{}",
                             "\\u202e{}gpj.exe",
                             "{}é (composed)",
                             "{}e\\u0301 (not)",
                             "col:on{}"};
  return fmt::format(fmt::runtime(forms[dice.below(forms.size())]), number);
}

class Tree {
public:
  explicit Tree(u64 seed)
      : dice_(seed), image_({.size = 48_MiB,
                             .cluster = cluster(dice_),
                             .mft_record = 1024,
                             .label = fmt::format("seed {}", seed),
                             .description = fmt::format("random tree, seed {}", seed)}) {}

  NtfsImage make() {
    add_folders();
    const u64 files = dice_.between(15, 40);
    for (u64 i = 0; i < files; ++i) add_file();
    if (dice_.one_in(2)) image_.folder("").stream("on the root", content(3000));
    return std::move(image_);
  }

private:
  static u32 cluster(Dice& dice) {
    constexpr std::array<u32, 6> sizes{4096, 4096, 4096, 1024, 512, 2048};
    return sizes[dice.below(sizes.size())];
  }

  std::string fresh_name() {
    const u64 number = ++names_;
    if (dice_.one_in(12)) return long_name(dice_);
    if (dice_.one_in(3)) return odd_name(dice_, number);
    return fmt::format("file{}.{}", number, dice_.one_in(2) ? "aspx" : "log");
  }

  std::string fresh_path() {
    const std::string& folder = folders_[dice_.below(folders_.size())];
    return folder.empty() ? fresh_name() : folder + "/" + fresh_name();
  }

  Content content(u64 most) {
    const u64 seed = dice_.next();
    const u64 size = dice_.one_in(8) ? 0 : dice_.between(1, most);
    constexpr std::array kinds{recipe::Pattern::random, recipe::Pattern::text,
                               recipe::Pattern::random, recipe::Pattern::zeros};
    return {kinds[dice_.below(kinds.size())], seed, size};
  }

  void add_folders() {
    const u64 count = dice_.between(2, 8);
    for (u64 i = 0; i < count; ++i) {
      folders_.push_back(fresh_path());
      NtfsFile& folder = image_.folder(folders_.back());
      if (dice_.one_in(2)) folder.stream("beside", content(20'000));
    }
  }

  std::vector<StoredPart> parts(u64 size) {
    std::vector<StoredPart> list;
    for (u64 at = dice_.below(100'000); at + 70'000 < size; at += dice_.between(100'000, 400'000))
      list.push_back({at, pattern(dice_.between(1, 60'000), dice_.next())});
    return list;
  }

  NtfsFile& main_stream(const std::string& path) {
    switch (dice_.below(can_compress_wof() ? 9 : 8)) {
    case 0: return image_.file(path, text(dice_.between(1, 600), dice_.next()));
    case 1: return image_.file(path, content(2_MiB)).compressed();
    case 2: {
      const u64 size = dice_.between(200'000, 2_MiB);
      return image_.sparse_file(path, size, parts(size));
    }
    case 3:
      return image_.file(path, pattern(dice_.between(200'000, 500'000), dice_.next()))
          .fragmented(dice_.between(2, 40));
    case 4: {
      const u64 size = dice_.between(10'000, 300'000);
      return image_.file(path, pattern(size, dice_.next())).initialized(dice_.below(size));
    }
    case 5: return image_.file(path, content(2_MiB));
    case 6:
      return image_.file(path, pattern(dice_.between(5'000, 50'000), dice_.next()))
          .append(content(30'000));
    case 8: {
      const Encoding kind = kWofKinds[dice_.below(kWofKinds.size())];
      const u64 size = dice_.between(1, 300'000);
      return dice_.one_in(3) ? image_.wof_file(path, pattern(size, dice_.next()), kind)
                             : image_.wof_file(path, text(size, dice_.next()), kind);
    }
    default: return image_.file(path, content(10'000));
    }
  }

  void add_streams(NtfsFile& file) {
    const u64 count = dice_.one_in(10) ? dice_.between(10, 60) : dice_.below(3);
    for (u64 i = 0; i < count; ++i) {
      file.stream(fmt::format("{}{}", dice_.one_in(4) ? "ström" : "stream", i),
                  content(dice_.one_in(5) ? 200'000 : 900));
      if (dice_.one_in(6)) file.compressed();
    }
  }

  void add_file() {
    NtfsFile& file = main_stream(fresh_path());
    if (dice_.one_in(3)) add_streams(file);
    switch (dice_.below(9)) {
    case 0:
    case 1: file.deleted(); break;
    case 2: file.hard_link(fresh_path()); break;
    case 3: file.renamed(fresh_path()); break;
    case 4:
      file.times({132'000'000'000'000'000 + dice_.below(1'000'000'000'000), 132'590'000'000'000'001,
                  1, 0});
      break;
    case 5: file.without_name(); break;
    default: break;
    }
  }

  Dice dice_;
  NtfsImage image_;
  u64 names_ = 0;
  std::vector<std::string> folders_{""};
};

} // namespace

NtfsImage random_tree(u64 seed) { return Tree(seed).make(); }

} // namespace coldsweep::test

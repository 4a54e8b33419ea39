// Digests made side by side are OpenSSL's, whatever stands beside them.
#include "access/md5_lanes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "access/digest.h"
#include "text/base64.h"

namespace wingmq::net {
namespace {

struct Variant {
  const char* name;
  const Md5Kernels* kernels;
};

std::vector<Variant> variants() {
  std::vector<Variant> all{{"portable", &kMd5Portable}};
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx2") != 0) all.push_back({"avx2", &kMd5Avx2});
  if (__builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512vl") != 0) all.push_back({"avx512", &kMd5Avx512});
#endif
  return all;
}

std::string base64_of(const Md5Text& text) {
  const auto digest = text.digest();
  return base64_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

/// A text of random bytes, in parts of random lengths.
struct Sample {
  explicit Sample(std::mt19937& random, std::size_t bytes_max) {
    const auto below = [&random](std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end)(random); };
    bytes.resize(below(bytes_max));
    for (char& byte : bytes) byte = static_cast<char>(below(255));
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t size = std::min(bytes.size() - at, below(below(4) == 0 ? bytes.size() : 130));
      parts.push_back(std::string_view(bytes).substr(at, size));
      at += size;
    }
  }

  std::string bytes;
  std::vector<std::string_view> parts;
};

TEST(Md5Lanes, EveryLengthAroundABlocksEndIsPaddedRight) {
  for (const Variant& variant : variants()) {
    for (std::size_t bytes = 0; bytes <= 200; ++bytes) {
      const std::string content(bytes, 'a');
      const std::vector<std::string_view> parts{content};
      Md5Text text(parts);
      Md5Text* const texts[] = {&text};
      while (!text.done()) advance(texts, 1, *variant.kernels);
      EXPECT_EQ(base64_of(text), md5_base64(parts)) << variant.name << ", " << bytes << " bytes";
    }
  }
}

TEST(Md5Lanes, EachTextHasItsOwnDigestInAnyCompany) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const auto between = [&random](std::size_t least, std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(least, most)(random);
  };
  for (int round = 0; round < 300; ++round) {
    const auto all = variants();
    const Variant& variant = all[between(0, all.size() - 1)];
    std::vector<Sample> samples;
    std::vector<Md5Text> texts;
    std::vector<Md5Text*> open;
    const std::size_t count = between(1, kMd5LanesMax);
    samples.reserve(count);
    texts.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      samples.emplace_back(random, std::size_t{1} << between(0, 14));
      texts.emplace_back(samples.back().parts);
    }
    // Texts join in and are done at different times.
    std::size_t joined = 0;
    do {
      if (joined < count) open.push_back(&texts[joined++]);
      advance(open, between(1, 100), *variant.kernels);
      std::erase_if(open, [](const Md5Text* text) { return text->done(); });
    } while (!open.empty() || joined < count);
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(base64_of(texts[i]), md5_base64(samples[i].parts)) << variant.name << ", " << samples[i].bytes.size() << " bytes";
    }
  }
}

}  // namespace
}  // namespace wingmq::net

#include "wingmq/handle.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "support/rng.h"

namespace wingmq {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string text_of(const Handle& handle) {
  const auto text = handle.text();
  return {text.data(), text.size()};
}

Handle any_handle(test::Rng& rng) {
  Handle handle;
  handle.stream = static_cast<std::uint32_t>(rng.next());
  handle.lease = static_cast<std::uint32_t>(rng.next());
  handle.index = static_cast<std::uint16_t>(rng.next());
  handle.secret = rng.next();
  return handle;
}

TEST(HandleTest, ReadsWhatItWrote) {
  test::Rng rng(1);
  for (int round = 0; round < 10'000; ++round) {
    const Handle handle = any_handle(rng);
    ASSERT_EQ(Handle::parse(text_of(handle)), handle);
  }
}

TEST(HandleTest, ReadsTheExtremes) {
  const Handle largest{std::numeric_limits<std::uint32_t>::max(), std::numeric_limits<std::uint32_t>::max(),
                       std::numeric_limits<std::uint16_t>::max(), std::numeric_limits<std::uint64_t>::max()};
  EXPECT_EQ(Handle::parse(text_of(largest)), largest);
  EXPECT_EQ(Handle::parse(text_of(Handle{})), Handle{});
}

TEST(HandleTest, EachPartMattersToTheText) {
  const Handle handle{1, 2, 3, 4};
  EXPECT_NE(text_of(handle), text_of(Handle{9, 2, 3, 4}));
  EXPECT_NE(text_of(handle), text_of(Handle{1, 9, 3, 4}));
  EXPECT_NE(text_of(handle), text_of(Handle{1, 2, 9, 4}));
  EXPECT_NE(text_of(handle), text_of(Handle{1, 2, 3, 9}));
}

TEST(HandleTest, UsesOnlyCharactersThatAreSafeInAUrl) {
  test::Rng rng(2);
  for (int round = 0; round < 1'000; ++round) {
    const std::string text = text_of(any_handle(rng));
    ASSERT_EQ(text.size(), Handle::kTextBytes);
    ASSERT_EQ(text.find_first_not_of(kAlphabet), std::string::npos) << text;
  }
}

TEST(HandleTest, RefusesEveryOtherLength) {
  const std::string text = text_of(Handle{1, 2, 3, 4});
  for (std::size_t length = 0; length < text.size(); ++length) EXPECT_FALSE(Handle::parse(text.substr(0, length)));
  EXPECT_FALSE(Handle::parse(text + "A"));
  EXPECT_FALSE(Handle::parse(text + "="));
  EXPECT_FALSE(Handle::parse(std::string(1'000, 'A')));
}

TEST(HandleTest, RefusesForeignCharactersAnywhere) {
  const std::string text = text_of(Handle{1, 2, 3, 4});
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      const char character = static_cast<char>(byte);
      if (kAlphabet.find(character) != std::string_view::npos) continue;
      std::string wrong = text;
      wrong[at] = character;
      ASSERT_FALSE(Handle::parse(wrong)) << at << " " << byte;
    }
  }
}

TEST(HandleTest, OneHandleHasOneText) {
  test::Rng rng(3);
  for (int round = 0; round < 10'000; ++round) {
    std::string text(Handle::kTextBytes, 'A');
    for (char& character : text) character = kAlphabet[rng.below(kAlphabet.size())];
    const auto handle = Handle::parse(text);
    if (!handle) continue;
    ASSERT_EQ(text_of(*handle), text);
  }
}

TEST(HandleTest, SurvivesGarbage) {
  test::Rng rng(4);
  for (int round = 0; round < 10'000; ++round) {
    std::string garbage(rng.below(40), '\0');
    for (char& character : garbage) character = static_cast<char>(rng.next());
    const auto handle = Handle::parse(garbage);
    if (!handle) continue;
    ASSERT_EQ(text_of(*handle), garbage);
  }
}

TEST(HandleTest, TextsOfADeliveryDifferInTheIndexAlone) {
  Handle handle{.stream = 0x01020304, .lease = 0xFFFEFDFC, .index = 7, .secret = 0x1122334455667788};
  HandleTexts texts(handle);
  for (const std::uint16_t index : std::initializer_list<std::uint16_t>{0, 1, 7, 63, 64, 255, 256, 999, 65'535, 3}) {
    handle.index = index;
    const auto expected = handle.text();
    EXPECT_EQ(texts.at(index), std::string_view(expected.data(), expected.size())) << index;
  }
}

}  // namespace
}  // namespace wingmq

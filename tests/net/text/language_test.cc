#include "text/language.h"

#include <gtest/gtest.h>

namespace wingmq::net {
namespace {

TEST(LanguageChoice, EnglishOnlyWhenItIsPreferred) {
  for (const char* text : {"en", "EN-gb", "en-US,en;q=0.9", "en;q=0.9, zh;q=0.1", "en,zh", "fr, en;q=0.1", "en ; q=1.0"}) {
    EXPECT_EQ(preferred_language(text, Language::kChinese), Language::kEnglish) << text;
  }
  for (const char* text : {"", "zh", "zh-CN,zh;q=0.9,en;q=0.8", "zh,en", "en;q=0", "en;q=0.2, zh;q=0.9", "fr", "*", ";;,=",
                           "en;q=x", "en;q=2", "english"}) {
    EXPECT_EQ(preferred_language(text, Language::kChinese), Language::kChinese) << text;
  }
}

TEST(LanguageChoice, WithoutAWishItIsTheServers) {
  for (const char* text : {"", "fr", "*", "en;q=0", "zh;q=x", ";;,="}) {
    EXPECT_EQ(preferred_language(text, Language::kEnglish), Language::kEnglish) << text;
    EXPECT_EQ(preferred_language(text, Language::kChinese), Language::kChinese) << text;
  }
  EXPECT_EQ(preferred_language("zh;q=0.1, fr", Language::kEnglish), Language::kChinese);
}

}  // namespace
}  // namespace wingmq::net

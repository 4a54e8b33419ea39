#include "text/language.h"

#include <gtest/gtest.h>

namespace wingmq::net {
namespace {

TEST(LanguageChoice, EnglishOnlyWhenItIsPreferred) {
  for (const char* text : {"en", "EN-gb", "en-US,en;q=0.9", "en;q=0.9, zh;q=0.1", "en,zh", "fr, en;q=0.1", "en ; q=1.0"}) {
    EXPECT_EQ(preferred_language(text), Language::kEnglish) << text;
  }
  for (const char* text : {"", "zh", "zh-CN,zh;q=0.9,en;q=0.8", "zh,en", "en;q=0", "en;q=0.2, zh;q=0.9", "fr", "*", ";;,=",
                           "en;q=x", "en;q=2", "english"}) {
    EXPECT_EQ(preferred_language(text), Language::kChinese) << text;
  }
}

}  // namespace
}  // namespace wingmq::net

#include "text/json.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wingmq::net::json {
namespace {

Fault fault_of(std::string_view text) {
  Reader reader(text);
  Value value;
  if (reader.fault() == Fault::kNone && reader.value(value) && reader.end()) return Fault::kNone;
  EXPECT_NE(reader.fault(), Fault::kNone) << text;
  return reader.fault();
}

std::string repeated(std::string_view text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

TEST(Json, ValidTextsAreRead) {
  for (const char* text :
       {"null", "true", "false", "0", "-0", "10", "-1.5", "0.10", "1e5", "1E+05", "1e-5", "123456789012345678901234567890",
        R"("")", R"("a")", R"("\"\\\/\b\f\n\r\t")", R"("\u0000\u00e9\uFFFF")", R"("\ud83d\uDE00")", "\"中文\x7f\"", "[]", "{}",
        "[ ]", "{ }", "[1,[2,{}],\"]\"]", R"({"":0,"":1})", " \t\r\n[ 1 , { \"a\" : null } ] \n", "\"0123456789abcdef\\n\"",
        R"("0123456789abcde\"0123456789abcde")"}) {
    EXPECT_EQ(fault_of(text), Fault::kNone) << text;
  }
}

TEST(Json, InvalidTextsAreRefused) {
  for (const char* text :
       {"", " ", "nul", "nulll", "True", "NaN", "Infinity", "+1", "-", "01", "-01", "1.", ".5", "1.e1", "1e", "1e+", "0x1",
        "1 2", "--1", "'a'", "\"", "\"a", "\"a\nb\"", "\"\t\"", "\"\x1f\"", R"("\x")", R"("\u12")", R"("\u12g4")", R"("\)",
        R"("\ud83d")", R"("\ude00")", R"("\ud83dx")", R"("\ud83d\n")", R"("\ud83d\u0041")", R"("\ud83d\ud83d")", "[", "]",
        "[1", "[1,", "[1,]", "[,1]", "[1,,2]", "[1 2]", "[1}", "{", "}", R"({"a"})", R"({"a":})", R"({"a":1,})", "{,}",
        "{a:1}", "{1:1}", R"({"a" 1})", R"({"a":1 "b":2})", R"({"a":1]})", "[1]]", "{}{}", "/**/1", "1//", "\f1", "[1\v]",
        "\xEF\xBB\xBF" "1", "\xC2\xA0" "1"}) {
    EXPECT_EQ(fault_of(text), Fault::kSyntax) << text;
  }
  EXPECT_EQ(fault_of(std::string_view("1\0", 2)), Fault::kSyntax);
  EXPECT_EQ(fault_of(std::string_view("\"\0\"", 3)), Fault::kSyntax);
  EXPECT_EQ(fault_of(std::string_view("[\0]", 3)), Fault::kSyntax);
}

TEST(Json, InvalidUtf8IsNamedAsSuch) {
  for (const char* text : {"\"\x80\"", "\"\xff\"", "\"\xc0\xaf\"", "\"\xe0\x80\xaf\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"",
                           "\"\xc3\"", "\"\xe4\xb8\"", "{\"\xff\":1}"}) {
    EXPECT_EQ(fault_of(text), Fault::kNotUtf8);
  }
}

TEST(Json, SixtyFourLevelsAreReadAndSixtyFiveAreNot) {
  EXPECT_EQ(fault_of(repeated("[", 64) + repeated("]", 64)), Fault::kNone);
  EXPECT_EQ(fault_of(repeated("[", 65) + repeated("]", 65)), Fault::kTooDeep);
  EXPECT_EQ(fault_of(repeated("{\"a\":", 64) + "1" + repeated("}", 64)), Fault::kNone);
  EXPECT_EQ(fault_of(repeated("{\"a\":", 65) + "1" + repeated("}", 65)), Fault::kTooDeep);
  EXPECT_EQ(fault_of(repeated("[", 100'000)), Fault::kTooDeep);
  EXPECT_EQ(fault_of("[" + repeated("[],", 1000) + "[]]"), Fault::kNone) << "levels are not counted side by side";
}

TEST(Json, EveryPrefixOfATextIsRefusedAndNothingIsReadBehindIt) {
  const std::string whole = R"({"a":[1.5e3,"x\u00e9\ud83d\ude00",true],"b":{"c":null}})";
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const std::vector<char> exact(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_NE(fault_of({exact.data(), exact.size()}), Fault::kNone) << length;
  }
  EXPECT_EQ(fault_of(whole), Fault::kNone);
}

TEST(Json, StringsEndWhereverTheirQuoteStands) {
  for (int length = 0; length < 70; ++length) {
    const auto text = "[\"" + repeated("x", length) + "\",\"" + repeated("y", length) + "\\n\"]";
    std::vector<Value> values;
    Reader reader(text);
    ASSERT_TRUE(reader.array([&] { return reader.value(values.emplace_back()); }) && reader.end()) << length;
    ASSERT_EQ(values.size(), 2U);
    EXPECT_EQ(values[0].inner(), repeated("x", length));
    EXPECT_FALSE(values[0].escapes);
    EXPECT_EQ(decode(values[1]), repeated("y", length) + "\n");
    EXPECT_EQ(values[1].decoded_bytes, static_cast<std::uint32_t>(length) + 1);
  }
}

TEST(Json, ValuesStandInTheTextWithoutTheSpacesAroundThem) {
  const std::string text = " { \"a\" : [ 1 , 2 ] ,\n\"b\":-1.50 } ";
  std::vector<std::string> seen;
  Reader reader(text);
  ASSERT_TRUE(reader.object([&](const Value& name) {
    Value value;
    if (!reader.value(value)) return false;
    seen.push_back(decode(name) + "=" + std::string(value.raw));
    return true;
  }));
  EXPECT_TRUE(reader.end());
  EXPECT_EQ(seen, (std::vector<std::string>{"a=[ 1 , 2 ]", "b=-1.50"}));
}

TEST(Json, DecodedBytesAndTextAgree) {
  const std::pair<const char*, std::string> cases[] = {
      {R"("")", ""},
      {R"("plain")", "plain"},
      {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
      {R"("\u0041\u00e9\u4e2d\ud83d\ude00")", "A\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80"},
      {R"("\u0000")", std::string(1, '\0')},
      {R"("\u007f\u0080\u07ff\u0800\uffff")", "\x7f\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF"},
      {R"("\udbff\udfff")", "\xF4\x8F\xBF\xBF"}};
  for (const auto& [text, decoded] : cases) {
    Reader reader(text);
    Value value;
    ASSERT_TRUE(reader.value(value)) << text;
    EXPECT_EQ(decode(value), decoded) << text;
    EXPECT_EQ(value.decoded_bytes, decoded.size()) << text;
    EXPECT_TRUE(is(value, decoded)) << text;
    EXPECT_FALSE(is(value, decoded + "x")) << text;
  }
}

TEST(Json, DecodingMayHappenInPlace) {
  std::string text = R"("a\n\u0062\ud83d\ude00c")";
  Reader reader(text);
  Value value;
  ASSERT_TRUE(reader.value(value));
  const auto bytes = decode_to(value, text.data());
  EXPECT_EQ(text.substr(0, bytes), "a\nb\xF0\x9F\x98\x80" "c");
}

TEST(Json, FaultTellsHowFarTheTextWasGood) {
  Reader reader(R"({"a":tru})");
  Value value;
  EXPECT_FALSE(reader.value(value));
  EXPECT_EQ(reader.at(), 5U);
  EXPECT_FALSE(reader.end());
}

}  // namespace
}  // namespace wingmq::net::json

#include "operations/fields.h"

#include <gtest/gtest.h>

#include "net/operations/call_fixture.h"

namespace wingmq::net {
namespace {

constexpr NumberRule kOneToTen{.name = "n", .fault = Fault::kMaxMessages, .minimum = 1, .maximum = 10};
constexpr NumberRule kSeconds{.name = "n", .fault = Fault::kTimeWait, .minimum = 1, .maximum = 60, .seconds = true};

struct Body : CallFixture {
  explicit Body(const std::string& members) { body("{" + members + "}"); }
};

TEST(Fields, StringsAreTrimmedAndMustBeStrings) {
  Body trimmed(R"("a":" x ")");
  EXPECT_EQ(trimmed.post().text("a"), "x");
  EXPECT_TRUE(trimmed.findings.noted(5));
  for (const char* other : {"1", "true", "[]", "{}"}) {
    Body call(R"("a":)" + std::string(other));
    static_cast<void>(call.post().text("a"));
    EXPECT_EQ(call.fault(), Fault::kNotText) << other;
  }
}

TEST(Fields, IdMayNotBeEmptyButATextMay) {
  Body call(R"("a":"  ","b":"")");
  const auto fields = call.post();
  EXPECT_EQ(fields.required_text("b"), "");
  EXPECT_EQ(call.fault(), std::nullopt);
  static_cast<void>(fields.required_id("a"));
  EXPECT_EQ(call.fault(), Fault::kMissing);
}

TEST(Fields, NumbersMayBeStringsAndNothingElse) {
  for (const char* good : {"1", "10", "\"1\"", "\" 10 \""}) EXPECT_TRUE(Body(R"("n":)" + std::string(good)).post().number(kOneToTen));
  for (const char* bad : {"0", "11", "-1", "1.0", "1e0", "\"1s\"", "\"+1\"", "\"0x1\"", "\"1 0\"", "\"99999999999999999999\"",
                          "99999999999999999999"}) {
    Body call(R"("n":)" + std::string(bad));
    EXPECT_FALSE(call.post().number(kOneToTen)) << bad;
    EXPECT_EQ(call.fault(), Fault::kMaxMessages) << bad;
    EXPECT_EQ(call.findings.refusal()->maximum, 10U);
  }
  for (const char* bad : {"true", "[]", "{}"}) {
    Body call(R"("n":)" + std::string(bad));
    EXPECT_FALSE(call.post().number(kOneToTen));
    EXPECT_EQ(call.fault(), Fault::kNotNumber) << bad;
  }
}

TEST(Fields, SecondsMayCarryTheirUnitAndEmptyIsNotGiven) {
  EXPECT_EQ(Body(R"("n":"30s")").post().number(kSeconds), 30U);
  EXPECT_EQ(Body(R"("n":30)").post().number(kSeconds), 30U);
  Body empty(R"("n":"")");
  EXPECT_EQ(empty.post().number(kSeconds), std::nullopt);
  EXPECT_EQ(empty.fault(), std::nullopt);
  for (const char* bad : {"\"30ms\"", "\"s\"", "\"30ss\"", "\"0s\"", "\"61s\""}) {
    Body call(R"("n":)" + std::string(bad));
    EXPECT_FALSE(call.post().number(kSeconds)) << bad;
    EXPECT_EQ(call.fault(), Fault::kTimeWait) << bad;
  }
}

TEST(Fields, FlagsAreTrueOrFalseInEitherForm) {
  EXPECT_TRUE(Body(R"("f":true)").post().flag("f"));
  EXPECT_TRUE(Body(R"("f":" true ")").post().flag("f"));
  for (const char* off : {"false", "\"false\"", "\"\""}) {
    Body call(R"("f":)" + std::string(off));
    EXPECT_FALSE(call.post().flag("f"));
    EXPECT_EQ(call.fault(), std::nullopt) << off;
  }
  for (const char* on : {"\"True\"", "\"TRUE\"", "\"tRuE\""}) {
    Body call(R"("f":)" + std::string(on));
    EXPECT_TRUE(call.post().flag("f")) << on;
    EXPECT_TRUE(call.findings.noted(5)) << on;
  }
  for (const char* bad : {"1", "0", "\"yes\"", "\"null\"", "\"Tru\"", "[]"}) {
    Body call(R"("f":)" + std::string(bad));
    EXPECT_FALSE(call.post().flag("f"));
    EXPECT_EQ(call.fault(), Fault::kNotBoolean) << bad;
  }
}

TEST(Fields, NullIsAsIfItWereNotThere) {
  Body call(R"("t":null,"n":null,"f":null,"o":null,"s":"null","l":null)");
  const auto fields = call.post();
  EXPECT_EQ(fields.find("t"), nullptr);
  EXPECT_EQ(fields.text("t"), "");
  EXPECT_EQ(fields.number(kOneToTen), std::nullopt);
  EXPECT_FALSE(fields.flag("f"));
  EXPECT_FALSE(fields.object("o"));
  EXPECT_FALSE(fields.object("s")) << "a string that holds it";
  EXPECT_EQ(fields.text("s"), "null") << "where text is wanted, it is text";
  EXPECT_EQ(call.fault(), std::nullopt);
  EXPECT_TRUE(call.findings.noted(29));
  static_cast<void>(fields.required_json("l"));
  EXPECT_EQ(call.fault(), Fault::kMissing);
}

TEST(Fields, NullInAHeaderOrAFieldIsTheBareWord) {
  CallFixture get;
  const auto headers = get.header("F", "null").header("T", "Null").get();
  EXPECT_FALSE(headers.flag("f"));
  EXPECT_EQ(headers.text("t"), "Null");
  EXPECT_EQ(get.fault(), std::nullopt);
  CallFixture form;
  EXPECT_FALSE(form.form("o=null").post().object("o"));
  EXPECT_EQ(form.fault(), std::nullopt);
}

TEST(Fields, NullBesideAValueIsTwice) {
  Body call(R"("t":null,"t":"x")");
  static_cast<void>(call.post().text("t"));
  EXPECT_EQ(call.fault(), Fault::kTwice);
}

TEST(Fields, ObjectMayStandInAString) {
  Body call(R"("o":"{\"a\":\"\\u0041\"}")");
  EXPECT_EQ(call.post().required_object("o").text("a"), "A");
  EXPECT_TRUE(call.findings.noted(4));
  for (const char* bad : {R"("{")", R"("")", R"("{} {}")", R"("{\"a\":\"\\x\"}")"}) {
    Body broken(R"("o":)" + std::string(bad));
    static_cast<void>(broken.post().required_object("o"));
    EXPECT_EQ(broken.fault(), Fault::kNotJson) << bad;
    EXPECT_EQ(broken.named(), "o");
  }
  Body twice_quoted(R"("o":"\"{}\"")");
  static_cast<void>(twice_quoted.post().required_object("o"));
  EXPECT_EQ(twice_quoted.fault(), Fault::kNotObject) << "one layer is taken off, not two";
}

TEST(Fields, NamesInFaultsShowTheWayToTheParameter) {
  Body call(R"("o":{"p":{"n":"x"}})");
  static_cast<void>(call.post().required_object("o").required_object("p").number(kOneToTen));
  EXPECT_EQ(call.named(), "o.p.n");
  Body missing(R"("o":{})");
  static_cast<void>(missing.post().required_object("o").required_text("a"));
  EXPECT_EQ(missing.fault(), Fault::kMissing);
  EXPECT_EQ(missing.named(), "o.a");
}

TEST(Fields, TheFirstFaultCounts) {
  Body call(R"("a":1,"b":2)");
  const auto fields = call.post();
  static_cast<void>(fields.text("b"));
  static_cast<void>(fields.text("a"));
  EXPECT_EQ(call.named(), "b");
}

TEST(Fields, OneOfSeveralNamesIsTakenAndTwoAreTooMany) {
  std::string_view name;
  Body one(R"("tagList":"x")"), two(R"("tag":"x","tags":"x")"), none("");
  EXPECT_NE(one.post().find_any({"tag", "tags", "tagList"}, name), nullptr);
  EXPECT_EQ(name, "tagList");
  EXPECT_EQ(none.post().find_any({"tag", "tags"}, name), nullptr);
  static_cast<void>(two.post().find_any({"tag", "tags", "tagList"}, name));
  EXPECT_EQ(two.fault(), Fault::kTwice);
}

TEST(Fields, ListsHaveFromOneToTheirMaximum) {
  const auto fault = [](const std::string& list) {
    Body call("\"l\":" + list);
    const auto fields = call.post();
    read_list(fields, "l", *fields.required_json("l"), 2, [](const json::Value&, const std::string&) {});
    return call.fault();
  };
  EXPECT_EQ(fault("[]"), Fault::kEmptyList);
  EXPECT_EQ(fault("[1]"), std::nullopt);
  EXPECT_EQ(fault("[1,2]"), std::nullopt);
  EXPECT_EQ(fault("[1,2,3]"), Fault::kTooManyEntries);
  EXPECT_EQ(fault("{}"), Fault::kNotList);
}

TEST(Fields, HeaderThatIsJsonIsTakenAsItIs) {
  CallFixture plain, encoded, broken;
  EXPECT_EQ(plain.header("o", R"({"a":"100%25"})").get().required_object("o").text("a"), "100%25");
  EXPECT_FALSE(plain.findings.noted(1));
  EXPECT_EQ(encoded.header("o", "%7B%22a%22:%22100%2525%22%7D").get().required_object("o").text("a"), "100%25");
  EXPECT_TRUE(encoded.findings.noted(1));
  static_cast<void>(broken.header("o", "%7B%22a%22").get().required_object("o"));
  EXPECT_EQ(broken.fault(), Fault::kNotJson);
}

}  // namespace
}  // namespace wingmq::net

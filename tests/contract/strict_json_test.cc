#include <gtest/gtest.h>

#include "support/api_client.h"

// Bodies are any JSON value, and come back with the same type and value, numbers in their spelling and members in their
// order (API.md 4.8); what is not JSON by RFC 8259 is refused whole, wherever it stands (API.md 1).

namespace wingmq::contract {
namespace {

const std::vector<std::string>& valid_bodies() {
  static const std::vector<std::string> kBodies = {
      // literals and numbers in every spelling
      "null", "true", "false", "0", "-0", "0.0", "-0.0", "1", "-1", "10", "1.0", "1.10", "1e5", "1E5", "1e+5", "1e-5",
      "1.5E+10", "0e0", "0E-0", "123456789012345678901234567890", "-9223372036854775808", "9223372036854775807",
      "9223372036854775808", "18446744073709551615", "18446744073709551616", "1e400", "-1e400", "1e-400",
      "0.1234567890123456789012345678901234567890", "3.14159265358979323846264338327950288", "1e99999999999",
      "100000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
      // strings and escapes
      R"("")", R"(" ")", R"("abc")", R"("\"\\\/\b\f\n\r\t")", R"("/")", R"("\u0041\u00e9\u4e2d")", R"("\u0000")",
      R"("a\u0000b")", R"("\uD83D\uDE00")", R"("\ud83d\ude00")", "\"\xF0\x9F\x98\x80\"", "\"\x7f\"", R"("\u001f")",
      R"("\u2028\u2029")", "\"\xE2\x80\xA8\"", R"("\uFFFF")", R"("\uFEFFx")", "\"\xEF\xBB\xBF\"", R"("\uDBFF\uDFFF")",
      "\"中文 é ß Ω\"", R"("{\"embedded\":\"json\"}")", R"("[1,2")", R"("null")", R"("12")",
      // containers
      "[]", "{}", "[[]]", "[{}]", "{\"\":\"\"}", "{\"\":{\"\":[]}}", "[1,\"1\",1.0,true,null,{},[]]",
      R"({"b":1,"a":2,"c":3})", R"({"a":1,"a":2})", R"({"a":1,"b":2,"a":{"x":1,"x":1}})", R"({"\u0061":1,"a":2})",
      R"({"handler":["x"],"message":{"body":1}})", R"({"body":{"body":{"body":1}}})", R"({"a b":1,"中":2,"\n":3})",
      " 1 ", " [ 1 , 2 ] ", "\t{\n\"a\" :\r1 }\n", "[\n]", "{ }", R"({"name":" spaced "})", R"(" spaced ")"};
  return kBodies;
}

/// What the reply's embedded text must be for one message with this body.
std::string expected_embedded(const std::string& body) {
  return R"([{"handler":"<handler>","message":{"body":)" + canonical(body) + R"(,"attributes":{},"tags":[]}}])";
}

/// The handler of a reply's first message, cut out of the text: Boost.JSON reads no number beyond a double's range.
std::string first_handler(const Answer& answer) {
  constexpr std::string_view kKey = R"("handler":")";
  const auto embedded = answer.embedded();
  const auto start = embedded.find(kKey);
  if (start == std::string::npos) return "none in " + embedded;
  return embedded.substr(start + kKey.size(), embedded.find('"', start + kKey.size()) - start - kKey.size());
}

std::string sent_and_consumed(World& world, const Place& place, const std::string& body) {
  const auto sent = world.send(place.queue, {body});
  if (!sent.done()) return "refused: " + sent.text();
  const auto answer = world.ask(world.consume_call(place));
  EXPECT_EQ(tally(world.confirm(place, {{first_handler(answer), "success"}})), "1/0");
  return masked(canonical(answer.embedded()));
}

TEST(StrictJson, EveryValidBodyComesBackAsItWas) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  for (const auto& body : valid_bodies()) {
    EXPECT_EQ(sent_and_consumed(world, place, body), expected_embedded(body)) << body;
  }
}

TEST(StrictJson, TheSameBodiesInOneBatchComeBackInOrder) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  ASSERT_TRUE(world.send(place.queue, valid_bodies()).done());
  const auto embedded = world.ask(world.consume_call(place, {.max = "1000"})).embedded();
  std::string expected = "[";
  for (const auto& body : valid_bodies()) {
    const auto one = expected_embedded(body);
    expected += (expected.size() > 1 ? "," : "") + one.substr(1, one.size() - 2);
  }
  EXPECT_EQ(masked(canonical(embedded)), expected + "]");
}

TEST(StrictJson, TheSameBodiesComeThroughAStringHoldingJson) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  for (const auto& body : valid_bodies()) {
    const auto sent = world.send_messages(place.queue, json_text("[{\"body\":" + body + "}]"));
    ASSERT_TRUE(sent.done()) << body << ' ' << sent;
    const auto answer = world.ask(world.consume_call(place));
    EXPECT_EQ(masked(canonical(answer.embedded())), expected_embedded(body)) << body;
    EXPECT_EQ(tally(world.confirm(place, {{first_handler(answer), "success"}})), "1/0");
  }
}

TEST(StrictJson, TheSameBodiesComeThroughAForm) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  for (const auto& body : valid_bodies()) {
    const auto sent =
        world.form("sendSpecifyQueueMessage",
                   {{"regionId", kRegion}, {"queueId", place.queue}, {"messages", "[{\"body\":" + body + "}]"}});
    ASSERT_TRUE(sent.done()) << body << ' ' << sent;
    const auto answer = world.ask(world.consume_call(place));
    EXPECT_EQ(masked(canonical(answer.embedded())), expected_embedded(body)) << body;
    EXPECT_EQ(tally(world.confirm(place, {{first_handler(answer), "success"}})), "1/0");
  }
}

TEST(StrictJson, AttributesKeepValuesSpellingAndOrder) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  for (const auto* attributes : {"{}", R"({"attribute2":"value14","attribute1":"value13"})",
                                 R"({"n":1.00,"o":{"p":[1e2]},"":null})", R"({"a":"\u00e9\n\ud83d\ude00"})"}) {
    ASSERT_TRUE(
        world.send_messages(place.queue, R"([{"body":1,"attributes":)" + std::string(attributes) + "}]").done());
    const auto answer = world.ask(world.consume_call(place));
    EXPECT_EQ(masked(canonical(answer.embedded())), R"([{"handler":"<handler>","message":{"body":1,"attributes":)" +
                                                        canonical(attributes) + R"(,"tags":[]}}])");
    EXPECT_EQ(tally(world.confirm(place, {{first_handler(answer), "success"}})), "1/0");
  }
}

const std::vector<std::string>& invalid_bodies() {
  static const std::vector<std::string> kBodies = {
      "", "nul", "nulll", "True", "TRUE", "undefined", "NaN", "Infinity", "-Infinity", "'a'", "a",
      // numbers
      "+1", "-", "01", "-01", "00", "1.", ".5", "-.5", "1.e5", "1e", "1e+", "1e1.5", "0x10", "1_000", "1,000", "--1",
      "1 2", "1f", "٣",
      // strings
      "\"", "\"abc", "\"a\nb\"", "\"a\tb\"", "\"\x01\"", "\"\x1f\"", R"("\x41")", R"("\a")", R"("\")", R"("\u12")",
      R"("\u12G4")", R"("\U0041")", R"("\uD83D")", R"("\uDE00")", R"("\uD83Dx")", R"("\uD83D\u0041")",
      R"("\uD83D\uD83D")", R"("\uDE00\uD83D")",
      // invalid UTF-8: lone continuation, overlong, surrogates, too large, cut short
      "\"\x80\"", "\"\xff\"", "\"\xc0\xaf\"", "\"\xc1\xbf\"", "\"\xe0\x80\xaf\"", "\"\xed\xa0\x80\"",
      "\"\xed\xbf\xbf\"", "\"\xf0\x80\x80\xaf\"", "\"\xf4\x90\x80\x80\"", "\"\xf5\x80\x80\x80\"", "\"\xc3\"",
      "\"\xe4\xb8\"", "\"\xf0\x9f\x98\"", "{\"\xff\":1}",
      // containers
      "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1,,2]", "[1 2]", "{", "}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}",
      "{a:1}", "{1:1}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "[}", "{]", "[1}", "{\"a\":1]", "{\"a\":1}}", "[1]]",
      // comments, marks, spaces that are none
      "/*x*/1", "1//x", "#1",
      "\xEF\xBB\xBF"
      "1",
      "\xC2\xA0"
      "1",
      "\f1", "\v1", "[1\f]"};
  return kBodies;
}

TEST(StrictJson, InvalidBodiesAreRefusedAndNothingIsStored) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  for (const auto& body : invalid_bodies()) {
    for (const std::string& messages :
         {"[{\"body\":" + body + "}]", "[{\"body\":1},{\"body\":{\"deep\":[" + body + ",1]}},{\"body\":2}]"}) {
      // Alone in its place an empty text is as wrong as any other; `[,1]` is what it makes of the second form.
      const auto answer = world.send_messages(place.queue, messages);
      EXPECT_EQ(answer.http(), 400U) << messages << ' ' << answer;
      EXPECT_EQ(answer.status(), 400) << messages << ' ' << answer;
    }
  }
  EXPECT_EQ(world.counts(place).produced, 0);
}

TEST(StrictJson, InvalidJsonInAFormOrAStringIsRefusedAndNothingIsStored) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  for (const auto& body : invalid_bodies()) {
    const auto messages = "[{\"body\":" + body + "}]";
    const auto form = world.form("sendSpecifyQueueMessage",
                                 {{"regionId", kRegion}, {"queueId", place.queue}, {"messages", messages}});
    EXPECT_EQ(form.http(), 400U) << body << ' ' << form;
    const auto string = world.send_messages(place.queue, json_text(messages));
    EXPECT_EQ(string.http(), 400U) << body << ' ' << string;
  }
  EXPECT_EQ(world.counts(place).produced, 0);
}

TEST(StrictJson, InvalidValuesAreRefusedEvenInMembersThatAreIgnored) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  const std::string start = R"({"regionId":"cn-snxy1","queueId":")" + place.queue + R"(","messages":[{"body":1)";
  for (const auto* value : {"01", "\"\\x\"", "[1,]", "nul", "\"\xff\"", "{\"a\":tru}", "\"\t\""}) {
    const auto top = world.post("sendSpecifyQueueMessage", start + "}],\"unknown\":" + value + "}");
    EXPECT_EQ(top.http(), 400U) << value << ' ' << top;
    const auto inner = world.post("sendSpecifyQueueMessage", start + ",\"unknown\":" + value + "}]}");
    EXPECT_EQ(inner.http(), 400U) << value << ' ' << inner;
  }
  EXPECT_EQ(world.counts(place).produced, 0);
  const auto ignored = world.post("sendSpecifyQueueMessage", start + R"(,"unknown":{"a":1e5}}],"other":[null],"":0})");
  EXPECT_TRUE(ignored.done()) << ignored;
}

TEST(StrictJson, TrailingGarbageAndByteOrderMarksAreRefused) {
  World world;
  const auto queue = world.create_queue();
  const auto whole = R"({"regionId":"cn-snxy1","queueId":")" + queue + R"("})";
  for (const std::string& body :
       {whole + "x", whole + "{}", whole + ",", whole + std::string(1, '\0'), "\xEF\xBB\xBF" + whole, "[" + whole + "]",
        json_text(whole), std::string("null"), std::string("  ")}) {
    const auto answer = world.post("removeQueue", body);
    EXPECT_EQ(answer.http(), 400U) << body << ' ' << answer;
  }
  EXPECT_TRUE(world.post("removeQueue", " \r\n\t" + whole + " \n").done());
}

TEST(StrictJson, SixtyFourLevelsArePassedAndSixtyFiveRefused) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  // The request's object, the array of messages and the message stand around the body.
  const auto nested = [](std::size_t levels) { return repeated("[", levels) + repeated("]", levels); };
  const auto objects = [](std::size_t levels) { return repeated("{\"a\":", levels) + "1" + repeated("}", levels); };
  for (const auto& body : {nested(61), objects(61)}) {
    EXPECT_EQ(sent_and_consumed(world, place, body), expected_embedded(body));
  }
  for (const auto& body : {nested(62), objects(62), nested(5000)}) {
    const auto answer = world.send(place.queue, {body});
    EXPECT_EQ(answer.code(), "DMS.10240009") << answer;
  }
  const auto unclosed = world.send(place.queue, {repeated("[", 100'000)});
  EXPECT_EQ(unclosed.code(), "DMS.10240009") << unclosed;
}

TEST(StrictJson, ParameterGivenTwiceIsRefusedAtEveryLevelButTheValuesPassedOn) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  const std::string queue = R"("queueId":")" + place.queue + "\"";
  const std::string region = R"("regionId":"cn-snxy1")";
  for (const auto& body : {"{" + region + "," + queue + "," + region + R"(,"messages":[{"body":1}]})",
                           "{" + region + "," + queue + R"(,"messages":[{"body":1}],"messages":[{"body":2}]})",
                           "{" + region + "," + queue + R"(,"messages":[{"body":1,"body":1}]})",
                           "{" + region + "," + queue + R"(,"messages":[{"body":1,"attributes":{},"attributes":{}}]})",
                           "{" + region + "," + queue + R"(,"messages":[{"body":1}],"\u0072egionId":"cn-snxy1"})"}) {
    const auto answer = world.post("sendSpecifyQueueMessage", body);
    EXPECT_EQ(answer.code(), "DMS.10540010") << body << ' ' << answer;
  }
  EXPECT_EQ(world.counts(place).produced, 0);
}

TEST(StrictJson, MemberNamesMayBeSpelledWithEscapes) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  const auto answer = world.post("sendSpecifyQueueMessage", R"({"region\u0049d":"cn-snxy1","queueId":")" + place.queue +
                                                                R"(","\u006dessages":[{"\u0062ody":"\u0031"}]})");
  ASSERT_TRUE(answer.done()) << answer;
  EXPECT_EQ(bodies(world.consume(place)), R"("1")");
}

TEST(StrictJson, LongStringsOfEscapesAndLongArraysSurvive) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  for (const auto& body : {json_text(repeated("\n\"\\", 5000)), "\"" + repeated("\\ud83d\\ude00", 20'000) + "\"",
                           "[" + repeated("1.0,", 50'000) + "1.0]", "\"" + repeated("é", 100'000) + "\""}) {
    EXPECT_EQ(sent_and_consumed(world, place, body), expected_embedded(body));
  }
}

}  // namespace
}  // namespace wingmq::contract

#include "operations/params.h"

#include <gtest/gtest.h>

#include "net/operations/call_fixture.h"

namespace wingmq::net {
namespace {

TEST(Params, GetReadsHeadersWhateverTheirCase) {
  CallFixture call;
  call.header("REGIONID", "r");
  EXPECT_EQ(call.get().required_text("regionId"), "r");
  EXPECT_EQ(call.fault(), std::nullopt);
}

TEST(Params, HeaderIsPercentDecodedOnlyWhenItHoldsAnEncoding) {
  CallFixture call;
  call.header("a", "cn%2Dsnxy1").header("b", "cn-snxy1").header("c", "cn%2").header("d", "a+b");
  const auto fields = call.get();
  EXPECT_EQ(fields.text("b"), "cn-snxy1");
  EXPECT_EQ(fields.text("c"), "cn%2") << "not an encoding: the caller of text() judges it";
  EXPECT_EQ(fields.text("d"), "a+b");
  EXPECT_FALSE(call.findings.noted(1));
  EXPECT_EQ(fields.text("a"), "cn-snxy1");
  EXPECT_TRUE(call.findings.noted(1));
}

TEST(Params, HeaderGivenTwiceIsAFault) {
  CallFixture call;
  call.header("regionId", "r").header("RegionId", "r");
  static_cast<void>(call.get().text("regionId"));
  EXPECT_EQ(call.fault(), Fault::kTwice);
  EXPECT_EQ(call.named(), "regionId");
}

TEST(Params, MissingParameterIsLookedForElsewhere) {
  const auto fault = [](CallFixture& call, bool get) {
    static_cast<void>((get ? call.get() : call.post()).required_text("queueId"));
    return call.fault();
  };
  CallFixture nowhere, query, query_of_post, json, form, header;
  EXPECT_EQ(fault(nowhere.target("/x"), true), Fault::kMissing);
  EXPECT_EQ(fault(query.target("/x?a=1&queueId=q"), true), Fault::kInQuery);
  EXPECT_EQ(fault(query_of_post.target("/x?queueId").body("{}"), false), Fault::kInQuery);
  EXPECT_EQ(fault(json.target("/x").body(R"({"a":1,"queueId":"q"})"), true), Fault::kInBody);
  EXPECT_EQ(fault(form.target("/x").body("a=1&queueId=q"), true), Fault::kInBody);
  EXPECT_EQ(fault(header.target("/x").header("queueid", "q").body("{}"), false), Fault::kInHeader);
}

TEST(Params, PostReadsMembersOfAJsonObject) {
  CallFixture call;
  call.body(R"( {"regionId":"r","x":[1,{}]," queueId ":"q","region\u0049d2":"e"} )");
  const auto fields = call.post();
  EXPECT_EQ(fields.text("regionId"), "r");
  EXPECT_EQ(fields.text("regionId2"), "e");
  EXPECT_FALSE(call.findings.noted(4));
  EXPECT_EQ(fields.text("queueId"), "q");
  EXPECT_TRUE(call.findings.noted(5)) << "spaces around a name";
}

TEST(Params, BodyMustBeOneJsonObject) {
  const std::pair<const char*, Fault> cases[] = {
      {"", Fault::kNotJson},      {" ", Fault::kNotJson},       {"{", Fault::kNotJson},       {"{}x", Fault::kNotJson},
      {"{}{}", Fault::kNotJson},  {"[]", Fault::kNotObject},    {"null", Fault::kNotObject},  {"\"{}\"", Fault::kNotObject},
      {"{\"a\":01}", Fault::kNotJson}, {"{\"a\":\"\xff\"}", Fault::kNotUtf8}, {"[", Fault::kNotJson}};
  for (const auto& [body, fault] : cases) {
    CallFixture call;
    static_cast<void>(call.body(body).post());
    EXPECT_EQ(call.fault(), fault) << body;
    EXPECT_EQ(call.named(), "body") << body;
  }
}

TEST(Params, FormFieldsAreDecodedAndPlusIsASpace) {
  CallFixture call;
  const auto fields = call.form("a=x+y%2B&region%49d=r&empty=&alone&&b=%E4%B8%AD").post();
  EXPECT_EQ(fields.text("a"), "x y+");
  EXPECT_EQ(fields.text("regionId"), "r");
  EXPECT_EQ(fields.text("b"), "中");
  EXPECT_EQ(fields.text("empty"), "");
  EXPECT_EQ(call.fault(), std::nullopt);
  EXPECT_TRUE(call.findings.noted(2));
}

TEST(Params, FormFieldMayNotBeBroken) {
  CallFixture percent, utf8, twice;
  static_cast<void>(percent.form("a=%2").post());
  EXPECT_EQ(percent.fault(), Fault::kBadPercent);
  static_cast<void>(utf8.form("a=%ff").post().text("a"));
  EXPECT_EQ(utf8.fault(), Fault::kNotUtf8);
  static_cast<void>(twice.form("a=1&a=1").post().text("a"));
  EXPECT_EQ(twice.fault(), Fault::kTwice);
}

TEST(Params, ContentTypeDecidesHowTheBodyIsRead) {
  for (const char* type : {"application/json", "Application/JSON; charset=utf-8", ""}) {
    CallFixture call;
    EXPECT_EQ(call.header("content-type", type).body(R"({"a":"1"})").post().text("a"), "1") << type;
  }
  CallFixture other;
  static_cast<void>(other.header("Content-Type", "text/xml").body("{}").post());
  EXPECT_EQ(other.fault(), Fault::kContentType);
}

TEST(Params, CustomInfoAloneMayBeAHeaderOfAPost) {
  CallFixture call, both;
  const auto fields = call.header("CustomInfo", R"({"type":"0"})").body("{}").post();
  EXPECT_TRUE(fields.object("customInfo"));
  EXPECT_TRUE(call.findings.noted(3));
  static_cast<void>(both.header("customInfo", "{}").body(R"({"customInfo":{}})").post().object("customInfo"));
  EXPECT_EQ(both.fault(), Fault::kTwice);
}

class Recorder final : public ListReader {
 public:
  bool read(json::Reader& reader) override {
    json::Value value;
    const bool good = reader.value(value);
    seen += value.raw;
    return good;
  }
  std::string seen;
};

TEST(Params, StreamedListIsReadInPassingWhenItIsAnArray) {
  CallFixture call, text;
  Recorder list;
  const StreamedList streamed{"messages", &list};
  const auto fields = locate_parameters(call.body(R"({"a":"1"," messages ":[1,2],"b":"2"})").request, Method::kPost,
                                        call.findings, streamed);
  EXPECT_EQ(list.seen, "[1,2]");
  EXPECT_EQ(fields.text("b"), "2");
  ASSERT_NE(fields.find("messages"), nullptr);
  const auto other =
      locate_parameters(text.body(R"({"messages":"[1,2]"})").request, Method::kPost, text.findings, streamed);
  EXPECT_EQ(list.seen, "[1,2]") << "a string is not read in passing";
  EXPECT_EQ(other.find("messages")->value.kind, json::Kind::kString);
}

}  // namespace
}  // namespace wingmq::net

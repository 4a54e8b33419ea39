#include "operations/confirm_list.h"

#include <gtest/gtest.h>

#include "net/operations/call_fixture.h"
#include "operations/decode.h"
#include "support/rng.h"

namespace wingmq::net {
namespace {

constexpr std::uint32_t kEntriesMax = 6;

std::string random_handle(test::Rng& rng) {
  const Handle handle{.stream = static_cast<std::uint32_t>(rng.next()),
                      .lease = static_cast<std::uint32_t>(rng.next()),
                      .index = static_cast<std::uint16_t>(rng.next()),
                      .secret = rng.next()};
  const auto text = handle.text();
  return {text.data(), text.size()};
}

/// An entry as programs write it, or nearly.
std::string random_entry(test::Rng& rng) {
  const std::string handle = random_handle(rng);
  switch (rng.below(12)) {
    case 0: return R"({"handler":")" + handle + R"(","status":"fail"})";
    case 1: return R"({"handler":")" + handle + R"(","status":"false"})";
    case 2: return R"({ "handler": ")" + handle + R"(", "status": "success" })";
    case 3: return R"({"status":"success","handler":")" + handle + "\"}";
    case 4: return R"({"handler":")" + handle + R"(","status":"maybe"})";
    case 5: return R"({"handler":")" + handle.substr(1) + R"(","status":"success"})";
    case 6: return R"({"handler":")" + handle + R"(","status":"success","more":1})";
    case 7: return R"({"handler":")" + handle + R"(","status":"succes\u0073"})";
    case 8: return R"({"handler":")" + handle + R"(","handler":"x","status":"success"})";
    default: return R"({"handler":")" + handle + R"(","status":"success"})";
  }
}

struct Decoded {
  std::vector<ConfirmEntry> entries;
  std::optional<Refusal> refusal;
};

Decoded decode(CallFixture& memory, const std::string& body, bool in_passing) {
  Request request;
  request.method = "POST";
  request.body = memory.pool.copy(body);
  Findings findings;
  ConfirmList list(kEntriesMax);
  const Fields fields = locate_parameters(request, Method::kPost, findings, in_passing ? StreamedList{"message", &list} : StreamedList{});
  auto call = decode_confirm(fields, kEntriesMax, in_passing ? &list : nullptr);
  return {std::move(call.entries), findings.refusal()};
}

TEST(ConfirmListTest, ReadingInPassingMakesNoDifference) {
  const std::uint64_t seed = test::first_seed(11);
  SCOPED_TRACE(test::repeat_hint(seed));
  test::Rng rng(seed);
  CallFixture memory;
  for (int round = 0; round < 5'000; ++round) {
    std::string list = "[";
    for (std::uint64_t count = rng.below(kEntriesMax + 2), i = 0; i < count; ++i) list.append(i == 0 ? "" : ",").append(random_entry(rng));
    list += "]";
    if (rng.below(20) == 0) list.resize(rng.below(list.size()));
    const std::string body = R"({"regionId":"r","queueId":"q","consumerGroupId":"g","message":)" + list + "}";
    const Decoded slow = decode(memory, body, false);
    const Decoded fast = decode(memory, body, true);
    ASSERT_EQ(fast.refusal.has_value(), slow.refusal.has_value()) << body;
    if (slow.refusal) {
      ASSERT_EQ(fast.refusal->fault, slow.refusal->fault) << body;
      ASSERT_EQ(fast.refusal->name, slow.refusal->name) << body;
      continue;
    }
    ASSERT_EQ(fast.entries.size(), slow.entries.size()) << body;
    for (std::size_t i = 0; i < slow.entries.size(); ++i) {
      ASSERT_EQ(fast.entries[i].handle, slow.entries[i].handle) << body;
      ASSERT_EQ(fast.entries[i].success, slow.entries[i].success) << body;
    }
  }
}

}  // namespace
}  // namespace wingmq::net

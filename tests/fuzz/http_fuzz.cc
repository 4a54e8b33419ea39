// Bytes as a client sends them, through a real session. They are sent twice, whole and in small pieces (of as many bytes as the
// first byte says), and a second, strict reader of requests says what may come of them:
//   - the pieces make no difference;
//   - every request that is clearly right is answered, nothing that is clearly wrong is, and nothing comes behind a refusal;
//   - every reply is well-formed;
//   - exactly the messages of sends that were answered with 800 are stored.

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "check.h"
#include "connected.h"
#include "reply_reader.h"
#include "request_reader.h"

namespace {

using namespace wingmq;
using test::Received;
using test::require;
using test::Sent;
using test::Verdict;

void check_replies(const std::vector<Sent>& requests, const std::vector<Received>& replies, const std::string& seen) {
  for (std::size_t i = 0; i < replies.size(); ++i) {
    require(i < requests.size() || requests.empty() || !requests.back().last, "nothing is answered behind the last request", seen);
    require(i < requests.size() || i == requests.size(), "there are no more replies than requests", seen);
    const bool good = i < requests.size() && requests[i].verdict == Verdict::kGood;
    if (!good) require(replies[i].status >= 400 && replies[i].close, "what is no request is only refused", seen);
    require(!replies[i].close || i + 1 == replies.size(), "nothing comes behind the last reply", seen);
    if (good) require(replies[i].close == requests[i].last, "a connection goes on when the client wants it", seen);
  }
  if (!requests.empty() && requests.back().verdict == Verdict::kUnclear) return;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (requests[i].verdict == Verdict::kGood) require(i < replies.size(), "every request is answered", seen);
  }
}

/// Messages of sends that were answered with 800.
std::size_t accepted(const std::vector<Received>& replies) {
  std::size_t count = 0;
  for (const Received& reply : replies) {
    if (!reply.body.starts_with(R"({"statusCode":800,"messages":[)")) continue;
    count += boost::json::parse(reply.body).at("messages").as_array().size();
  }
  return count;
}

std::size_t stored(Broker& broker) {
  std::size_t count = 0;
  for (const auto& queue : broker.inspect()) count += queue.queue.messages;
  return count;
}

void check_stored(test::Connected& connected, const std::vector<Received>& replies, std::string_view bytes, const std::string& seen) {
  if (bytes.find("removeQueue") != std::string_view::npos) return;
  require(stored(connected.world.broker) == accepted(replies), "what was accepted is stored, and nothing else", seen);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t piece = 1 + test::take_byte(input) % 64;
  test::Connected whole;
  const std::string bytes = whole.world.expand(input);
  const auto requests = test::read_requests(bytes, {.header_bytes = test::kHeaderMax, .body_bytes = test::kBodyMax});
  whole.send(bytes);
  whole.finish();
  const std::string seen = bytes + "\n-> " + whole.replies;
  const auto replies = test::read_replies(whole.replies, requests);
  const bool unclear = !requests.empty() && requests.back().verdict == Verdict::kUnclear;
  check_replies(requests, replies, seen);
  if (!unclear) check_stored(whole, replies, bytes, seen);

  test::Connected pieces;
  pieces.send(bytes, {.one = piece, .other = piece});
  pieces.finish();
  const auto others = test::read_replies(pieces.replies, requests);
  const std::string both = seen + "\nin pieces -> " + pieces.replies;
  require(others.size() == replies.size(), "pieces make no difference to the number of replies", both);
  for (std::size_t i = 0; i < replies.size(); ++i) {
    require(replies[i].header == others[i].header && replies[i].body == others[i].body, "pieces make no difference to a reply", both);
  }
  require(whole.world.state() == pieces.world.state(), "pieces make no difference to what is stored", both);
  return 0;
}

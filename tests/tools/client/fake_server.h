#pragma once

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "client/http_client.h"

namespace wingmq::tools {

/// Answers requests as it was told to, in the order of the tellings, and remembers them.
class FakeServer : public Server {
 public:
  void answer(const std::string& method_and_path, unsigned status, std::string body) {
    answers_[method_and_path].push_back({.head = "HTTP/1.1 200 OK\r\n\r\n", .body = std::move(body), .status = status});
  }
  /// From now on nothing is answered in time.
  void fall_silent() { silent_ = true; }

  Reply exchange(const Request& request) override {
    requests.push_back(request);
    if (request.stream != nullptr) requests.back().body.assign(std::istreambuf_iterator<char>(*request.stream), {});
    auto& left = answers_[request.method + " " + request.path];
    if (left.empty() && silent_) throw NoReply("no reply came");
    if (left.empty()) throw std::runtime_error("the test has no answer to " + request.method + " " + request.path);
    Reply reply = left.front();
    left.pop_front();
    if (request.sink && reply.status == 200) request.sink(std::exchange(reply.body, {}));
    return reply;
  }

  std::vector<Request> requests;

 private:
  std::map<std::string, std::deque<Reply>> answers_;
  bool silent_ = false;
};

}  // namespace wingmq::tools

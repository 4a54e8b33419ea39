#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

/// The software under test of the two examples: it takes orders off a queue and bills them. Knows the broker by its URL alone, as it
/// would in production. Stands in for whatever a reader's own program is; nothing in it belongs to WingMQ.
class OrderService {
 public:
  struct Queue {
    std::string url;       ///< `http://127.0.0.1:9080`
    std::string queue_id;  ///< as createQueue gave it
    std::string group_id;  ///< as createConsumeGroup gave it
  };

  /// `bill` gets each order and says whether that worked.
  OrderService(Queue queue, std::function<bool(std::string_view order)> bill) : queue_(std::move(queue)), bill_(std::move(bill)) {}

  /// Takes one order, waiting a second for it at most, bills it, and confirms or fails it. False: there was none.
  bool handle_one() {
    const std::string reply = ask("GET", "consumptionMessage", "consumerQueueInfo: {" + ids() + R"(,"maxMsgs":1,"timeWait":1})" + "\r\n", "");
    const std::string handler = between(reply, R"(\"handler\":\")", R"(\")");
    if (handler.empty()) return false;
    const bool billed = bill_(between(reply, R"(\"body\":\")", R"(\")"));
    if (crash_before_confirming) return true;
    const std::string status = billed ? "success" : "fail";
    ask("POST", "confirmConsumedSpecifiedMessage", "Content-Type: application/json\r\n",
        "{" + ids() + R"(,"message":[{"handler":")" + handler + R"(","status":")" + status + "\"}]}");
    return true;
  }

  /// The service ends after billing: the order's lease stays behind.
  bool crash_before_confirming = false;

 private:
  [[nodiscard]] std::string ids() const {
    return R"("regionId":"cn-snxy1","queueId":")" + queue_.queue_id + R"(","consumerGroupId":")" + queue_.group_id + "\"";
  }

  /// One request on a connection of its own; the whole reply.
  [[nodiscard]] std::string request(const std::string& text) const {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(queue_.url.substr(queue_.url.rfind(':') + 1))));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool sent = ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
                      ::send(socket, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
    std::string reply;
    char bytes[4096];
    for (ssize_t count = 0; sent && (count = ::recv(socket, bytes, sizeof(bytes), 0)) > 0;) reply.append(bytes, static_cast<std::size_t>(count));
    ::close(socket);
    return reply;
  }

  std::string ask(const std::string& method, const std::string& operation, const std::string& headers, const std::string& body) const {
    const std::string reply = request(method + " /apiproxy/v3/queue/" + operation + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
                                      "accessKey: test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body);
    if (reply.find("\"statusCode\":800") == std::string::npos) throw std::runtime_error(operation + " failed: " + reply);
    return reply;
  }

  /// What stands between two texts; empty when they are not there.
  [[nodiscard]] static std::string between(const std::string& text, std::string_view before, std::string_view behind) {
    const auto at = text.find(before);
    if (at == std::string::npos) return {};
    const auto begin = at + before.size();
    return text.substr(begin, text.find(behind, begin) - begin);
  }

  const Queue queue_;
  const std::function<bool(std::string_view)> bill_;
};

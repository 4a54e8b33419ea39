#pragma once

#include <boost/json/value.hpp>
#include <chrono>
#include <expected>
#include <string>
#include <utility>
#include <vector>

#include "load/channel.h"
#include "load/request.h"

namespace wingmq::load {

/// Names and texts of a call's parameters in their documented order; objects and lists as JSON text.
using Parameters = std::vector<std::pair<std::string, std::string>>;

/// A whole request for an operation, signed if the caller has a secret.
[[nodiscard]] std::string render_call(const Caller& caller, const std::string& operation, const Parameters& parameters);

struct CallReply {
  std::string head;
  std::string body;
};

/// Calls that prepare and end a run, one after the other: nothing here is measured. One thread.
class ApiClient {
 public:
  /// Throws std::runtime_error when it cannot connect.
  ApiClient(const Target& target, Caller caller, std::chrono::milliseconds patience);

  /// The reply of a call that was done; otherwise why not, with the operation's name.
  [[nodiscard]] std::expected<boost::json::value, std::string> call(const std::string& operation,
                                                                    const Parameters& parameters);
  /// Sends ready bytes and returns the reply if its status is 200, or says why there is none.
  [[nodiscard]] std::expected<CallReply, std::string> exchange(std::span<const iovec> parts);
  [[nodiscard]] std::expected<CallReply, std::string> get(const std::string& path);
  [[nodiscard]] const Caller& caller() const { return caller_; }

 private:
  const Target& target_;
  Caller caller_;
  std::chrono::milliseconds patience_;
  std::unique_ptr<Channel> channel_;
};

}  // namespace wingmq::load

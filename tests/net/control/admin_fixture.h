#pragma once

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "control/admin.h"
#include "support/broker_fixture.h"
#include "support/test_engine.h"
#include "wingmq/wait_for.h"

namespace wingmq::net {

/// The control plane of a real broker whose clock stands still: requests in, replies out.
class AdminTest : public test::BrokerTest {
 protected:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  Reply ask(std::string_view method, std::string_view target, std::string_view body = {}, const Headers& headers = {}) {
    if (!admin_) {
      engine_ = std::make_unique<test::TestEngine>(*broker_);
      if (options_.faults) faults_.emplace(engine_->engine(), read_fault_rules(options_.fault_rules).value(), options_.seed);
      admin_ = std::make_unique<Admin>(engine_->engine(), deviations_, explained_, journal_, faults_ ? &*faults_ : nullptr, options_);
    }
    Request request;
    request.method = method;
    request.target = target;
    for (const auto& [name, value] : headers) request.headers.push_back({name, value});
    if (!body.empty()) request.body = broker_->buffers().copy(body);
    const auto typed = std::any_of(headers.begin(), headers.end(), [](const auto& each) { return each.first == "Content-Type"; });
    if (!body.empty() && !typed) request.headers.push_back({"Content-Type", "application/json"});
    return answer(*admin_, request);
  }

  /// The reply, however long the engine takes.
  static Reply answer(Admin& admin, const Request& request) {
    WaitingTicket ticket;
    std::optional<AdminCall> call;
    auto reply = admin.handle(request, ticket, call);
    while (!reply) {
      Settled settled = ticket.wait();
      reply = Admin::finish(settled, *call);
    }
    return std::move(*reply);
  }

  /// The body of a reply that must have this status.
  static boost::json::value opened(const Reply& reply, unsigned status) {
    EXPECT_EQ(reply.status, status) << reply.body;
    EXPECT_EQ(reply.content_type, "application/json; charset=utf-8");
    return boost::json::parse(reply.body);
  }
  boost::json::value get(std::string_view target) { return opened(ask("GET", target), 200); }
  boost::json::value post(std::string_view target, std::string_view body) {
    return opened(ask("POST", target, body), 200);
  }

  /// `error` of a refusal, which must have this status and a hint.
  static std::string error_of(const Reply& reply, unsigned status) {
    const auto body = opened(reply, status).as_object();
    EXPECT_FALSE(body.at("hint").as_string().empty());
    return std::string(body.at("error").as_string());
  }
  std::string get_error(std::string_view target, unsigned status) { return error_of(ask("GET", target), status); }
  std::string post_error(std::string_view target, std::string_view body, unsigned status) {
    return error_of(ask("POST", target, body), status);
  }

  /// The value of a header of a reply, empty when there is none.
  static std::string header_of(const Reply& reply, std::string_view name) {
    for (const auto& [known, value] : reply.headers) {
      if (known == name) return value;
    }
    return {};
  }

  std::int64_t now_ms() { return clock_.now().time_since_epoch().count(); }

  ServerOptions options_;
  Deviations deviations_;
  ExplainedRequests explained_;
  Journal journal_{0};
  std::unique_ptr<test::TestEngine> engine_;
  std::optional<FaultRules> faults_;
  std::unique_ptr<Admin> admin_;
};

/// The compact text of a value: what tests compare.
[[nodiscard]] inline std::string text_of(const boost::json::value& value) { return boost::json::serialize(value); }

/// JSON text of an object with one member, or of the value itself, in compact form.
[[nodiscard]] inline std::string compact(std::string_view json) { return text_of(boost::json::parse(json)); }

}  // namespace wingmq::net

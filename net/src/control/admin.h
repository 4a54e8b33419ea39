#pragma once

#include <functional>
#include <mutex>
#include <string>

#include "access/explained_requests.h"
#include "access/project_id.h"
#include "control/admin_calls.h"
#include "control/admin_result.h"
#include "http/message_io.h"
#include "operations/deviations.h"
#include "wingmq/broker.h"
#include "wingmq/net/server.h"

namespace wingmq::net {

/// The control plane: everything under /__admin/ (server.md). Checks who asks, finds the call, checks its parameters
/// and runs it; the calls themselves are in admin_calls.h. Safe for concurrent use.
class Admin {
 public:
  /// All references must outlive this object.
  Admin(Broker& broker, Deviations& deviations, const ExplainedRequests& explained, const ServerOptions& options);

  /// Answers a request whose path starts with /__admin/. Errors are `{"error":…,"hint":…}` with HTTP's own status:
  /// 400, 401 (token missing or wrong), 403 (read-only or off), 404, 405, 409 (a name that is not unique), 415. They are
  /// checked in the order 403 off, 401, 404, 405, 403 read-only, 400, 415, so that nothing is told to who lacks the token.
  [[nodiscard]] Reply handle(const Request& request);

 private:
  struct Call;
  struct Route;
  static const std::vector<Route>& routes();

  [[nodiscard]] AdminResult<std::string> answer(const Request& request);
  [[nodiscard]] AdminResult<void> check_method(const Route& route, const Request& request) const;
  [[nodiscard]] static AdminResult<void> check_content_type(const Request& request);

  [[nodiscard]] AdminResult<std::string> index(const Call& call) const;
  [[nodiscard]] AdminResult<std::string> reset(const Call& call);
  [[nodiscard]] AdminResult<std::string> explained(const Call& call) const;
  [[nodiscard]] AdminResult<std::string> openapi();

  Broker& broker_;
  Deviations& deviations_;
  const ExplainedRequests& explained_;
  const AdminAccess access_;
  const std::string token_;
  const std::vector<QueuePlan> declared_queues_;

  std::once_flag openapi_built_;
  std::string openapi_;
};

}  // namespace wingmq::net

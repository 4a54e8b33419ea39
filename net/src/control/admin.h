#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "access/explained_requests.h"
#include "access/project_id.h"
#include "control/admin_calls.h"
#include "control/admin_result.h"
#include "control/fault_rules.h"
#include "http/message_io.h"
#include "operations/deviations.h"
#include "wingmq/engine.h"
#include "wingmq/net/server.h"

namespace wingmq::net {

/// The control plane: everything under /__admin/ (server.md). Checks who asks, finds the call, checks its parameters
/// and runs it; the calls themselves are in admin_calls.h. Safe for concurrent use.
class Admin {
 public:
  /// All references must outlive this object.
  /// `faults`: nullptr where nothing may be broken.
  Admin(Engine& engine, Deviations& deviations, const ExplainedRequests& explained, Journal& journal, FaultRules* faults, const ServerOptions& options);

  /// Answers a request whose path starts with /__admin/. Errors are `{"error":…,"hint":…}` with HTTP's own status:
  /// 400, 401 (token missing or wrong), 403 (read-only or off), 404, 405, 409 (a name that is not unique), 415. They are
  /// checked in the order 403 off, 401, 404, 405, 403 read-only, 400, 415, so that nothing is told to who lacks the token.
  /// nullopt: it waits in the engine by `ticket`; `call` has what finish() needs then.
  [[nodiscard]] std::optional<Reply> handle(const Request& request, Ticket& ticket, std::optional<AdminCall>& call);
  /// Goes on with a call when its ticket has settled; nullopt: it waits once more.
  [[nodiscard]] static std::optional<Reply> finish(Settled& settled, AdminCall& call);
  /// Goes on with a call whose wait is over: its ticket was taken back. nullopt: it waits once more.
  [[nodiscard]] static std::optional<Reply> ring(AdminCall& call);

 private:
  struct Route;
  static const std::vector<Route>& routes();

  [[nodiscard]] AdminOutcome answer(const Request& request, Ticket& ticket, std::optional<AdminCall>& call);
  [[nodiscard]] AdminResult<const Route*> find_route(std::string_view path, const Request& request, std::vector<std::string_view>& names) const;
  [[nodiscard]] static AdminResult<void> check_content_type(const Request& request);

  [[nodiscard]] std::string index() const;
  [[nodiscard]] std::string openapi();

  Engine& engine_;
  Deviations& deviations_;
  const ExplainedRequests& explained_;
  Journal& journal_;
  EventLog* const events_;
  FaultRules* const faults_;
  const AdminAccess access_;
  const std::string token_;
  const std::vector<QueuePlan> declared_queues_;
  const std::uint32_t batch_messages_max_;

  std::once_flag openapi_built_;
  std::string openapi_;
};

}  // namespace wingmq::net

#pragma once

#include <functional>
#include <string>

#include "deviations.h"
#include "message_io.h"
#include "wingmq/broker.h"
#include "wingmq/net/server.h"

namespace wingmq::net {

/// The control plane: everything under /__admin/ (server.md). Safe for concurrent use.
class Admin {
 public:
  /// All references must outlive this object.
  Admin(Broker& broker, Deviations& deviations, const ServerOptions& options);

  /// Answers a request whose path starts with /__admin/. Errors are `{"error":…,"hint":…}` with HTTP's own status:
  /// 400, 401 (token missing or wrong), 403 (read-only or off), 404, 405, 409 (a name that is not unique).
  [[nodiscard]] Reply handle(const Request& request);

 private:
  Broker& broker_;
  Deviations& deviations_;
  const AdminAccess access_;
  const std::string token_;
  const std::function<void()> restore_declared_queues_;
};

/// `project_id` of a project: 32 lower-case hex digits, the same after every restart (API.md 2).
[[nodiscard]] std::string project_id(const Project& project);

}  // namespace wingmq::net

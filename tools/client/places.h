#pragma once

#include <boost/json/value.hpp>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "client/session.h"

namespace CLI {
class App;
}

namespace wingmq::tools {

/// A queue, and perhaps a group, found by name or id.
struct Place {
  boost::json::value queue = {};    ///< as the control plane shows a queue, or what the operations tell of it
  boost::json::value group = {};    ///< of `groups` in it; null when none was wanted
  std::string text = {};            ///< the reply that told of the queue, or of its groups
  bool control_plane = false;  ///< whether that was the control plane's
  std::string region = {};

  [[nodiscard]] std::string queue_id() const;
  [[nodiscard]] std::string group_id() const;
};

/// Where a queue may be: `--region` and `--project` narrow the choice. One thread.
class PlaceOptions {
 public:
  void add_to(CLI::App& command);
  /// `--region` alone, for where the control plane is closed: operations know one region at a time.
  void add_region_to(CLI::App& command);

  /// Asks the control plane, or where that is closed the operations. Throws Refused when there is no such queue, or no such group in
  /// it. Without `group` only the queue is looked for.
  [[nodiscard]] Place find(Session& session, const std::string& queue, const std::string& group = {}) const;
  /// All queues: the text of a reply with `queues`.
  [[nodiscard]] std::string all_queues(Session& session) const;

  /// The same as query parameters.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> query() const { return {{"region", region_}, {"project", project_}}; }

 private:
  [[nodiscard]] Reply ask_control_plane(Session& session, const std::string& queue) const;
  [[nodiscard]] Place find_by_operations(Session& session, const std::string& queue) const;
  [[nodiscard]] std::string region() const;

  std::string region_;
  std::string project_;
};

/// An operation on a place: its ids are the first parameters, or in the only one. Throws as Session does, and says whose queue it is
/// when the key's owner has none such.
[[nodiscard]] std::string call_at(Session& session, const Place& place, const std::string& operation,
                                  std::vector<std::pair<std::string, std::string>> parameters, std::chrono::milliseconds patience = {});

}  // namespace wingmq::tools

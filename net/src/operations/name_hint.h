#pragma once

#include <optional>

#include "operations/handlers.h"

namespace wingmq::net {

/// Helps a caller who gives a name where an id is wanted (net/API.md, outcomes). Belongs to one call.
class NameHint {
 public:
  /// `queue`: the one that the call names.
  NameHint(const Project& project, std::optional<QueueId> queue) : project_(project), queue_(queue) {}

  /// Passes `outcome` on. When it says that there is no such queue or group, and the caller's project has one of that name, notes in
  /// the call's context which id it has.
  [[nodiscard]] Outcome note(Outcome outcome, Call& call) const;

 private:
  void note_queue(Call& call, const std::string& name) const;
  void note_group(Call& call, const std::string& name) const;

  const Project& project_;
  const std::optional<QueueId> queue_;
};

}  // namespace wingmq::net

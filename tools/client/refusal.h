#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "client/http_client.h"
#include "exit_code.h"

namespace wingmq::tools {

/// Why a server did not do what it was asked to.
struct Refusal {
  unsigned status = 0;  ///< HTTP's
  std::string kind = {};     ///< `900 DMS.10240401`; empty for the control plane
  std::string text = {};
  std::vector<std::string> more = {};  ///< lines that help: hints, candidates, where there is more
};

/// A command cannot go on after a refusal.
class Refused : public std::runtime_error {
 public:
  explicit Refused(Refusal refusal) : std::runtime_error(refusal.text), refusal_(std::move(refusal)) {}
  [[nodiscard]] const Refusal& refusal() const { return refusal_; }

 private:
  Refusal refusal_;
};

/// Reads the reply of an operation that was not done; `url` is the server's.
[[nodiscard]] Refusal refusal_of_operation(const Reply& reply, const std::string& url);

/// Reads an error of the control plane.
[[nodiscard]] Refusal refusal_of_control_plane(const Reply& reply);

enum class Words { kAll, kKindAlone };
/// Says it on standard error, a line for each thing, and returns kRefused. kKindAlone: the text stands beside it already.
ExitCode say(const Refusal& refusal, Words words = Words::kAll);

}  // namespace wingmq::tools

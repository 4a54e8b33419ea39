#pragma once

#include <atomic>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "control/admin_result.h"
#include "operations/fault.h"
#include "wingmq/engine.h"

namespace wingmq::net {

/// Which calls a fault rule is about, when it strikes, and what it does (net/API.md, faults).
struct FaultRule {
  // Of which calls: each when it is given. Queue and group by id or name.
  std::optional<std::string> operation;
  std::optional<std::string> queue;
  std::optional<std::string> group;
  std::optional<std::string> access_key;

  std::uint64_t skip = 0;              ///< matching calls that are let through first
  std::optional<std::uint64_t> times;  ///< how often it strikes; nullopt: without end
  std::uint64_t every = 1;             ///< of those behind `skip`, the n-th, 2n-th …
  double probability = 1;

  InjectedFault fault;
  boost::json::object text;  ///< as it was given
  std::uint64_t seen = 0;
  std::uint64_t hits = 0;
};

/// Reads a rule; its id may be missing. 400 says what is wrong.
[[nodiscard]] AdminResult<FaultRule> read_fault_rule(const boost::json::value& text);
/// Reads a JSON list of rules; an empty text has none. The error says which rule is wrong, and how.
[[nodiscard]] std::expected<std::vector<FaultRule>, std::string> read_fault_rules(std::string_view text);
/// Reads what a request's X-WingMQ-Fault asks for: `lose_reply`, `delay=200ms`, `refuse=CODE`, `short=1`. nullopt: nothing of that.
[[nodiscard]] std::optional<InjectedFault> read_fault_header(std::string_view text);

/// The fault rules in force. Safe for concurrent use; costs a load while there are none.
class FaultRules final : public FaultSource {
 public:
  /// `engine` must outlive this: it is asked what ids stand for. `start`: the rules that restart() begins with. `seed`: of chance.
  FaultRules(Engine& engine, std::vector<FaultRule> start, std::uint64_t seed);

  [[nodiscard]] std::optional<InjectedFault> strike(const FaultTarget& target) override;

  /// Adds a rule behind the others, with an id of its own if it has none, and returns it as it is shown. 409: the id is taken. 400: it is
  /// about a FIFO queue and changes the order.
  [[nodiscard]] AdminResult<boost::json::object> add(FaultRule rule);
  [[nodiscard]] boost::json::array list() const;
  /// False: there is none of that id.
  bool remove(std::string_view id);
  /// Removes all; returns how many.
  std::size_t clear();
  /// As after start: the added ones are gone, those of the start begin afresh.
  void restart();

 private:
  struct Named;
  [[nodiscard]] bool matches(const FaultRule& rule, const FaultTarget& target, std::optional<Named>& named) const;
  [[nodiscard]] bool due(FaultRule& rule);
  void put(std::vector<FaultRule> rules);

  Engine& engine_;
  const std::vector<FaultRule> start_;
  const std::uint64_t seed_;
  std::atomic<bool> any_{false};
  mutable std::mutex mutex_;  // guards all below
  std::vector<FaultRule> rules_;
  std::mt19937_64 chance_;
  std::uint64_t last_id_ = 0;
};

}  // namespace wingmq::net

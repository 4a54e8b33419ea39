#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "http/message_io.h"

namespace wingmq::net {

/// A session's calls, one after the other: what makes replies of its requests. Everything but the wake-up happens on the
/// session's thread.
class Exchange {
 public:
  Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  virtual ~Exchange() = default;

  /// Begins a call that takes long to prepare beside others: true when `ready` will run, on this thread and never from within, and
  /// handle() has to wait for it. `request` and its memory must stay meanwhile.
  [[nodiscard]] virtual bool prepare(const Request& request, std::function<void()> ready) = 0;
  /// Takes a call back that began and whose `ready` did not run: it will not.
  virtual void forget() noexcept = 0;
  /// Answers `request`; nullopt: it waits. Then this object must live until it woke up or cancel() returned true.
  [[nodiscard]] virtual std::optional<Reply> handle(Request request) = 0;
  /// Whether the call that waits may do so for long, as a consumer asked for. Any other waits for work that is being done.
  [[nodiscard]] virtual bool parked() const noexcept = 0;
  /// Goes on with a call that woke up: its reply; nullopt: it waits once more.
  [[nodiscard]] virtual std::optional<Reply> finish() = 0;
  /// Takes a waiting call back, because its connection is gone. False: it woke or wakes up soon; call abandon() then.
  [[nodiscard]] virtual bool cancel() = 0;
  /// The last call's reply does not reach the client.
  virtual void abandon() = 0;
};

/// What stands behind the sessions of one worker. For the worker's thread.
class Service {
 public:
  Service() = default;
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  virtual ~Service() = default;

  /// `wake` runs once for each wait of a call, in any thread, when Exchange::finish() can go on. It must not throw.
  [[nodiscard]] virtual std::unique_ptr<Exchange> open(std::function<void()> wake) = 0;
  /// The refusal of a body of `bytes` bytes that there is no memory for.
  [[nodiscard]] virtual std::optional<Reply> refuse_body(const Request& request, std::size_t bytes) = 0;
  /// The reply to what cannot be served below the operations. `request`: as much as is known of it.
  [[nodiscard]] virtual Reply http_fault(unsigned status, const Request* request, std::string_view detail) = 0;
  /// Who sent the request, fit for a log: never a secret. The view is the request's.
  [[nodiscard]] virtual std::string_view caller_of(const Request& request) const = 0;
};

}  // namespace wingmq::net

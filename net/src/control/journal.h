#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message_io.h"
#include "operations/handlers.h"
#include "wingmq/clock.h"
#include "wingmq/types.h"

namespace wingmq::net {

/// How a call of an operation ended, as the journal has it.
enum class CallOutcome : std::uint8_t {
  kDone,
  kRefused,
  kLost,  ///< whatever it did, its reply did not reach the client
};
[[nodiscard]] std::string_view to_string(CallOutcome outcome);

/// A call of an operation, as the journal keeps it.
struct JournalEntry {
  std::uint64_t number = 0;  ///< later calls have higher ones
  std::string id;            ///< from when the call came
  std::string explained;     ///< under which id its signature is explained; empty: it is not
  Time at{};                 ///< the broker's, when the call came
  std::chrono::microseconds took{};
  std::string_view operation;
  std::string access_key;
  std::optional<QueueId> queue;
  std::optional<GroupId> group;
  unsigned status = 0;       ///< HTTP's; 0: the call had no reply yet
  unsigned status_code = 0;  ///< statusCode
  std::string error_code;
  std::uint64_t messages = 0;  ///< sent, received or confirmed
  std::string fault;           ///< id of the rule that struck
  std::string reason;          ///< why it was refused
  CallOutcome outcome = CallOutcome::kDone;
  std::string parameters;      ///< how they begin
  std::size_t parameters_bytes = 0;
};

/// A call that is not over yet.
struct JournalDraft {
  JournalEntry entry;
  std::chrono::steady_clock::time_point begun;
};

/// The last calls of operations, for those who ask what a test did. Keeps no signature and no secret. Safe for concurrent use. A call is
/// noted when its reply is made; where there is no memory for the note, there is none.
class Journal {
 public:
  /// Bytes of a call's parameters that are kept.
  static constexpr std::size_t kParametersMax = 4096;

  /// `kept`: how many calls; 0: none, and nothing costs anything.
  explicit Journal(std::size_t kept) noexcept : kept_(kept) {}

  [[nodiscard]] std::size_t kept() const noexcept { return kept_; }

  /// What there is to tell when the call comes. `caller`: its access key, fit to be shown.
  [[nodiscard]] std::optional<JournalDraft> begin(const Request& request, std::string_view operation, std::string_view caller, Time now);
  /// Notes the call, which is over: `context` and `reply` where it got so far. Returns its number.
  std::uint64_t add(JournalDraft draft, const CallContext* context, const Reply* reply);
  /// The reply of the call with that number did not reach the client.
  void lose(std::uint64_t number);

  /// The calls before `before` that `wanted` lets pass, newest first, `limit` at most.
  [[nodiscard]] std::vector<JournalEntry> list(const std::function<bool(const JournalEntry&)>& wanted, std::uint64_t before,
                                               std::size_t limit) const;
  [[nodiscard]] std::size_t count(const std::function<bool(const JournalEntry&)>& wanted) const;
  /// By its id, or the one that explains it.
  [[nodiscard]] std::optional<JournalEntry> find(std::string_view id) const;
  /// Forgets them all.
  void clear();

 private:
  const std::size_t kept_;
  std::atomic<std::uint64_t> begun_{0};
  mutable std::mutex mutex_;
  std::deque<JournalEntry> entries_;  // oldest first; guarded by mutex_, like the next one
  std::uint64_t last_ = 0;
};

}  // namespace wingmq::net

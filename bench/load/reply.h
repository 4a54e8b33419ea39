#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wingmq::load {

/// What a client has to know of a reply's head.
struct ReplyHead {
  unsigned status = 0;
  std::size_t head_bytes = 0;
  std::size_t body_bytes = 0;
  bool closes = false;  ///< the server ends the connection after it
};

/// Reads the head of an HTTP/1.1 reply: nullopt while it is incomplete, an error when it is none, or says nothing about
/// its length.
[[nodiscard]] std::expected<std::optional<ReplyHead>, std::string> read_head(std::string_view received);

/// The value of a header, without the blanks around it; empty when it is not there. `name` in any case, without the
/// colon.
[[nodiscard]] std::string_view header_of(std::string_view head, std::string_view name);

/// Why a call was not done: a short name to count by, such as `900 WMQ.MEMORY_FULL` or `HTTP 503`, and a text for
/// people.
struct Refusal {
  std::string kind;
  std::string text;
};
/// Judges a complete reply that is not the expected one.
[[nodiscard]] Refusal describe_refusal(unsigned status, std::string_view head, std::string_view body);

/// Whether `"statusCode":800` stands at the start of a body, where WingMQ writes it, or anywhere near.
[[nodiscard]] bool is_done(std::string_view body);

/// How often `"state":0` stands in the reply of a send: the messages that were stored.
[[nodiscard]] std::size_t count_stored(std::string_view body);

/// S of `{"success":S,"fail":F}` in the reply of a confirmation; nullopt when it is not there.
[[nodiscard]] std::optional<std::uint64_t> count_confirmed(std::string_view body);

/// The messages in the reply of a consume, found without parsing: a handler, a body of known size, the next handler.
/// Where the bodies are of another size it looks for the next handler instead.
class DeliveryScanner {
 public:
  /// `message_bytes`: of a body as it stands in the reply. `stamped`: each ends with a stamp.
  DeliveryScanner(std::size_t message_bytes, bool stamped) : message_bytes_(message_bytes), stamped_(stamped) {}

  /// Finds all handlers; they point into `body`. `on_stamp` is called with the time in each stamped message.
  void scan(std::string_view body, std::vector<std::string_view>& handlers,
            const std::function<void(std::int64_t)>& on_stamp) const;

 private:
  std::size_t message_bytes_;
  bool stamped_;
};

/// A stamp ends a message's body: `@` and sixteen hexadecimal digits, the time at which it was to be sent.
inline constexpr std::size_t kStampBytes = 17;
/// Whether a body of that size has one.
[[nodiscard]] constexpr bool has_stamp(std::size_t message_bytes) { return message_bytes >= kStampBytes; }
void write_stamp(char* place, std::int64_t time);
/// Reads what write_stamp() wrote; nullopt for other text.
[[nodiscard]] std::optional<std::int64_t> read_stamp(std::string_view text);

}  // namespace wingmq::load

#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "load/message_text.h"

namespace wingmq::load {

/// send: sends only. consume: the same messages again and again. cycle: each connection sends, and receives and
/// confirms what was sent, for each group. mix: some connections send while others receive and confirm.
enum class Mode : std::uint8_t { kSend, kConsume, kCycle, kMix };

/// What `wingmq bench` was asked to do.
struct Options {
  Mode mode = Mode::kCycle;
  std::uint32_t batch = 512;  ///< messages of a request
  std::uint32_t message_bytes = 1024;
  Content content = Content::kText;
  std::uint32_t connections = 1;  ///< in mix: those that send
  std::uint32_t consumers = 1;    ///< in mix: connections for each group
  std::uint32_t queues = 1;
  std::uint32_t groups = 1;  ///< of each queue
  unsigned threads = 1;
  double rate = 0;  ///< requests (in cycle: cycles) a second; 0: as many as possible
  std::chrono::milliseconds duration{5000};
  std::chrono::milliseconds warm_up{1000};
  std::uint64_t requests = 0;  ///< measured ones, 0: the duration alone ends the run
  std::chrono::milliseconds timeout{10000};
  std::uint64_t backlog =
      0;  ///< messages: in consume what is read again and again, in mix how many may wait; 0: 64 MiB of them
  bool confirm = false;  ///< in consume: confirm as well
  bool keep = false;     ///< in send: leave the messages unread, so that they fill the server's memory

  std::string url;   ///< empty: start a server
  bool tls = false;  ///< of the started server
  bool insecure = false;
  std::string ca_file;
  std::string access_key;  ///< empty: unsigned
  std::string secret_key;
  std::string region = "cn-snxy1";
  std::vector<std::string> queue_names;     ///< existing queues, with their groups; none: own ones are made and removed
  std::uint32_t server_pid = 0;             ///< 0: found by its port
  unsigned server_threads = 0;              ///< of the started server; 0: its default
  std::vector<std::string> server_options;  ///< NAME=VALUE, for the started server

  bool ceiling = false;
  std::string json_file;
  std::string compare_file;
};

inline constexpr std::uint32_t kPayloadMax = 524'288;
inline constexpr std::uint32_t kBatchMax = 1000;
inline constexpr std::uint32_t kConnectionsMax = 10'000;

/// One of send, consume, cycle, mix.
[[nodiscard]] std::optional<Mode> read_mode(std::string_view text);
[[nodiscard]] std::string_view mode_name(Mode mode);

/// Where a server is.
struct Url {
  bool tls = false;
  std::string host;  ///< an address or a name, without brackets
  std::uint16_t port = 0;

  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string host_header() const;
};
/// Reads `http://HOST[:PORT]` or `https://…`, nothing behind it but a slash. The error says what would be right.
[[nodiscard]] std::expected<Url, std::string> read_url(std::string_view text);

/// What is wrong with the options taken together, and what would be right; nullopt when nothing is.
[[nodiscard]] std::optional<std::string> find_fault(const Options& options);

}  // namespace wingmq::load

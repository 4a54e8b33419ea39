#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "load/api_client.h"
#include "load/options.h"

namespace wingmq::load {

struct QueuePlace {
  std::string id;
  std::vector<std::string> groups;  ///< their ids
};

/// The queues and groups of a run: own ones with names that nobody else has, removed at the end, or existing ones, left
/// as they are. Not for several threads.
class Scene {
 public:
  /// The error says what could not be made or found.
  [[nodiscard]] static std::expected<Scene, std::string> make(ApiClient& client, const Options& options);
  Scene(Scene&& other) noexcept;
  Scene& operator=(Scene&&) = delete;
  /// Removes what was made.
  ~Scene();

  [[nodiscard]] const std::vector<QueuePlace>& queues() const { return queues_; }
  /// Stores so many messages in each queue, in whole batches.
  [[nodiscard]] std::expected<void, std::string> fill(std::uint64_t messages, const Options& options);
  /// Moves every group to `latest`, so that what was sent may make room, or to `earliest`.
  [[nodiscard]] std::expected<void, std::string> move_all(std::string_view where);

 private:
  explicit Scene(ApiClient& client) : client_(&client) {}
  [[nodiscard]] std::expected<void, std::string> make_own(const Options& options);
  [[nodiscard]] std::expected<void, std::string> find(const Options& options);

  ApiClient* client_;
  std::vector<QueuePlace> queues_;
  std::size_t own_ = 0;  // how many of them, from the first, are to be removed
};

/// The parameters of a reset: of the group's cursor to `earliest` or `latest`, whatever is in flight.
[[nodiscard]] Parameters reset_parameters(const Caller& caller, const GroupPlace& place, std::string_view where);

}  // namespace wingmq::load

#include "load/scene.h"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <chrono>
#include <cstdio>
#include <utility>

#include "load/reply.h"

namespace wingmq::load {
namespace {

using Done = std::expected<void, std::string>;
constexpr std::size_t kGroupsOfACall = 3;

std::string text_of(const boost::json::value& value, std::string_view name) {
  return std::string(value.at(name).as_string());
}

}  // namespace

Parameters reset_parameters(const Caller& caller, const GroupPlace& place, std::string_view where) {
  return {
      {"consumedMessageInfo",
       fmt::format(
           R"({{"regionId":"{}","queueId":"{}","consumerGroupId":"{}","config":{{"timestamp":"{}","force":true}}}})",
           caller.region, place.queue, place.group, where)}};
}

std::expected<Scene, std::string> Scene::make(ApiClient& client, const Options& options) {
  Scene scene(client);
  const auto made = options.queue_names.empty() ? scene.make_own(options) : scene.find(options);
  if (!made) return std::unexpected(made.error());
  return scene;
}

Scene::Scene(Scene&& other) noexcept
    : client_(other.client_), queues_(std::move(other.queues_)), own_(std::exchange(other.own_, 0)) {}

Scene::~Scene() {
  try {
    for (std::size_t i = 0; i < own_; ++i) {
      const auto removed =
          client_->call("removeQueue", {{"regionId", client_->caller().region}, {"queueId", queues_[i].id}});
      if (!removed) fmt::print(stderr, "wingmq bench: a queue of the run stays: {}\n", removed.error());
    }
  } catch (const std::exception& error) {
    fmt::print(stderr, "wingmq bench: queues of the run stay: {}\n", error.what());
  }
}

Done Scene::make_own(const Options& options) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto mark = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  const std::string& region = client_->caller().region;
  for (std::uint32_t i = 0; i < options.queues; ++i) {
    const auto made = client_->call(
        "createQueue", {{"createQueueInfo",
                         fmt::format(R"({{"regionId":"{}","name":"bench-{}-{:x}-{}","description":"wingmq bench"}})",
                                     region, ::getpid(), mark, i)}});
    if (!made) return std::unexpected(made.error());
    QueuePlace& queue = queues_.emplace_back(text_of(boost::json::parse(text_of(*made, "returnObj")), "id"));
    ++own_;
    for (std::uint32_t first = 0; first < options.groups; first += kGroupsOfACall) {
      std::string names;
      for (std::uint32_t j = first; j < std::min<std::uint32_t>(first + kGroupsOfACall, options.groups); ++j) {
        names += fmt::format(R"({}{{"name":"g{}"}})", names.empty() ? "[" : ",", j + 1);
      }
      const auto groups =
          client_->call("createConsumeGroup", {{"regionId", region}, {"queueId", queue.id}, {"groups", names + "]"}});
      if (!groups) return std::unexpected(groups.error());
      for (const auto& group : groups->at("groups").as_array()) queue.groups.push_back(text_of(group, "id"));
    }
  }
  return {};
}

Done Scene::find(const Options& options) {
  const std::string& region = client_->caller().region;
  const auto known = client_->call("queryQueue", {{"regionId", region}});
  if (!known) return std::unexpected(known.error());
  for (const std::string& name : options.queue_names) {
    std::string id;
    for (const auto& queue : known->at("queues").as_array()) {
      if (text_of(queue, "name") == name) id = text_of(queue, "id");
    }
    if (id.empty()) return std::unexpected(fmt::format("--queue: no queue `{}` in region {}", name, region));
    QueuePlace& queue = queues_.emplace_back(id);
    const auto groups = client_->call("querySpecifyQueueAllConsumerGroup", {{"regionId", region}, {"queueId", id}});
    if (!groups) return std::unexpected(groups.error());
    for (const auto& group : groups->at("groups").as_array()) {
      if (queue.groups.size() < options.groups) queue.groups.push_back(text_of(group, "id"));
    }
    if (queue.groups.size() < options.groups) {
      return std::unexpected(fmt::format("--groups: queue `{}` has {} of the {} groups asked for", name,
                                         queue.groups.size(), options.groups));
    }
  }
  return {};
}

Done Scene::fill(std::uint64_t messages, const Options& options) {
  for (const QueuePlace& queue : queues_) {
    const SendBody body(client_->caller(), queue.id, options);
    SendRequest request(body, client_->caller());
    const bool is_signed = !client_->caller().secret_key.empty();
    std::unique_ptr<Signer> signer;
    if (is_signed) signer = std::make_unique<Signer>(client_->caller().secret_key);
    for (std::uint64_t sent = 0; sent < messages; sent += options.batch) {
      if (signer) signer->renew();
      const auto reply = client_->exchange(request.prepare(0, signer.get()));
      if (!reply) return std::unexpected("filling the queue: " + reply.error());
      if (is_done(reply->body)) continue;
      const auto refusal = describe_refusal(200, reply->head, reply->body);
      return std::unexpected(
          fmt::format("filling the queue: {}: {}; --backlog N makes it smaller", refusal.kind, refusal.text));
    }
  }
  return {};
}

Done Scene::move_all(std::string_view where) {
  for (const QueuePlace& queue : queues_) {
    for (const std::string& group : queue.groups) {
      const auto reset = client_->call("consumeReset", reset_parameters(client_->caller(), {queue.id, group}, where));
      if (!reset) return std::unexpected(reset.error());
    }
  }
  return {};
}

}  // namespace wingmq::load

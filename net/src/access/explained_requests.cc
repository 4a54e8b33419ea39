#include "access/explained_requests.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <random>

#include "text/text.h"

namespace wingmq::net {
namespace {

std::string new_id() {
  std::random_device chance;
  return fmt::format("{:08x}{:08x}{:08x}", chance(), chance(), chance());
}

}  // namespace

std::string ExplainedRequests::add(Time at, std::string_view operation, std::string_view reason, std::string_view detail,
                                   const Explanation& explanation) {
  auto id = new_id();
  const auto digested = beginning_of(explanation.digested, kDigestedMax);
  auto text = boost::json::serialize(boost::json::object{{"id", id},
                                                         {"at", at.time_since_epoch().count()},
                                                         {"operation", operation},
                                                         {"reason", reason},
                                                         {"detail", detail},
                                                         {"string_to_sign", explanation.string_to_sign},
                                                         {"digested", is_utf8(digested) ? digested : std::string_view("not UTF-8")},
                                                         {"digested_bytes", explanation.digested.size()},
                                                         {"content_md5", explanation.content_md5}});
  const std::scoped_lock lock(mutex_);
  requests_.emplace_back(id, std::move(text));
  if (requests_.size() > kKept) requests_.pop_front();
  return id;
}

std::optional<std::string> ExplainedRequests::find(std::string_view id) const {
  const std::scoped_lock lock(mutex_);
  const auto found = std::ranges::find(requests_, id, [](const auto& request) { return std::string_view(request.first); });
  return found != requests_.end() ? std::optional(found->second) : std::nullopt;
}

}  // namespace wingmq::net

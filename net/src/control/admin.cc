#include "control/admin.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <span>

#include "control/admin_token.h"
#include "control/openapi.h"
#include "text/text.h"

namespace wingmq::net {
namespace {

constexpr std::string_view kPrefix = "/__admin";

constexpr std::string_view kNarrowing[] = {"region", "project"};
constexpr std::string_view kListing[] = {"region", "project", "group", "state", "limit", "after"};

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const auto end = std::min(path.find('/'), path.size());
    segments.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return segments;
}

/// Whether `path` has the form of `pattern`; `name` receives what stands at its wildcard, still encoded.
bool has_form(std::string_view path, std::string_view pattern, std::string_view& name) {
  const auto given = segments_of(path);
  const auto wanted = segments_of(pattern);
  if (given.size() != wanted.size()) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].starts_with('{') && !given[i].empty()) {
      name = given[i];
    } else if (wanted[i] != given[i]) {
      return false;
    }
  }
  return true;
}

}  // namespace

/// One call of the control plane.
struct Admin::Route {
  std::string_view method;
  std::string_view path;  ///< behind the prefix
  std::span<const std::string_view> parameters;
  std::string_view summary;
  AdminOutcome (*run)(Admin& admin, AdminCall& call, std::string_view body);
};

const std::vector<Admin::Route>& Admin::routes() {
  using Body = std::string_view;
  static const std::vector<Route> routes = {
      {"GET", "", {}, "this list", [](Admin& a, AdminCall&, Body) -> AdminOutcome { return a.index(); }},
      {"GET", "/clock", {}, "the broker's time", [](Admin&, AdminCall& c, Body) -> AdminOutcome { return show_clock(c.engine.clock()); }},
      {"POST", "/clock/advance", {}, R"(moves time forward: {"by":"30s"} or {"to":ms})",
       [](Admin&, AdminCall& c, Body body) { return advance_clock(c, body); }},
      {"POST", "/reset", {}, R"({}: everything as after start; {"keep":"queues"}: forgets messages, leases and counters)",
       [](Admin& a, AdminCall& c, Body body) { return reset(c, body, a.declared_queues_); }},
      {"GET", "/queues", kNarrowing, "all queues with their groups and counts", [](Admin&, AdminCall& c, Body) { return list_queues(c); }},
      {"GET", "/queues/{q}", kNarrowing, "one queue, by id or name", [](Admin&, AdminCall& c, Body) { return show_queue(c); }},
      {"GET", "/queues/{q}/messages", kListing, "looks at messages and changes nothing",
       [](Admin&, AdminCall& c, Body) { return list_messages(c); }},
      {"GET", "/deviations", {}, "the decisions D01 to D30 and how often traffic relied on each",
       [](Admin&, AdminCall& c, Body) -> AdminOutcome { return list_deviations(c.deviations); }},
      {"GET", "/requests/{id}", {}, "what was wrong with a call's signature: X-WingMQ-Explain of its reply leads here",
       [](Admin& a, AdminCall& c, Body) -> AdminOutcome { return a.explained(c.name); }},
      {"GET", "/openapi.json", {}, "OpenAPI 3.1 of the operations and of this control plane",
       [](Admin& a, AdminCall&, Body) -> AdminOutcome { return a.openapi(); }},
  };
  return routes;
}

Admin::Admin(Engine& engine, Deviations& deviations, const ExplainedRequests& explained, const ServerOptions& options)
    : engine_(engine),
      deviations_(deviations),
      explained_(explained),
      access_(options.admin),
      token_(options.admin_token),
      declared_queues_(options.declared_queues) {}

namespace {

std::optional<Reply> reply_of(AdminOutcome outcome) {
  if (!outcome) return std::nullopt;
  return *outcome ? reply_with(std::move(**outcome)) : reply_with(std::move(outcome->error()));
}

}  // namespace

std::optional<Reply> Admin::handle(const Request& request, Ticket& ticket, std::optional<AdminCall>& call) {
  return reply_of(answer(request, ticket, call));
}

std::optional<Reply> Admin::finish(Settled& settled, AdminCall& call) { return reply_of(call.finish(settled, call)); }

AdminOutcome Admin::answer(const Request& request, Ticket& ticket, std::optional<AdminCall>& call) {
  if (access_ == AdminAccess::kOff) {
    return refused(403, "the control plane is switched off",
                   "It was started with --admin off, or the profile says so.");
  }
  if (auto passed = check_token(request, token_, "control plane"); !passed) return std::unexpected(passed.error());

  std::string_view path = request.path();
  path.remove_prefix(std::min(kPrefix.size(), path.size()));
  if (path == "/") path = {};
  std::string_view name;
  const auto route = std::find_if(routes().begin(), routes().end(),
                                  [&](const Route& each) { return has_form(path, each.path, name); });
  if (route == routes().end()) {
    std::string calls;
    for (const Route& each : routes())
      calls += fmt::format("{}{} {}{}", calls.empty() ? "" : ", ", each.method, kPrefix, each.path);
    return refused(404, fmt::format("no such path: {}", shown(request.path())), "There is " + calls + ".");
  }
  if (auto passed = check_method(*route, request); !passed) return std::unexpected(passed.error());

  auto decoded_name = percent_decoded(name, Plus::kStays);
  if (!decoded_name || !is_utf8(*decoded_name)) {
    return refused(400, "the name in the path is not percent-encoded UTF-8", "Name a queue by its id or its name, a request by its id.");
  }
  auto query = QueryParameters::parse(request.query(), route->parameters);
  if (!query) return std::unexpected(query.error());
  if (auto passed = check_content_type(request); !passed) return std::unexpected(passed.error());
  call.emplace(engine_, ticket, deviations_, std::move(*decoded_name), std::move(*query));
  return route->run(*this, *call, request.body.view());
}

AdminResult<void> Admin::check_method(const Route& route, const Request& request) const {
  if (request.method != route.method) {
    return std::unexpected(
        AdminError{.status = 405,
                   .error = fmt::format("{} does not take {}", shown(request.path()), shown(request.method)),
                   .hint = fmt::format("Use {}.", route.method),
                   .headers = {{"Allow", std::string(route.method)}}});
  }
  if (route.method == "POST" && access_ == AdminAccess::kReadOnly) {
    return refused(403, "the control plane is read-only", "Only GET is allowed here; --admin full allows the rest.");
  }
  return {};
}

/// A page of another site cannot send this type without asking first, and nobody answers that question (server.md, browsers).
AdminResult<void> Admin::check_content_type(const Request& request) {
  if (request.body.size() == 0) return {};
  constexpr std::string_view kJson = "application/json";
  const auto is_type = [](const Header& header) { return equal_ignoring_case(header.name, "Content-Type"); };
  const auto* given = request.find_header("Content-Type");
  const auto type = given == nullptr ? std::string_view() : trimmed(given->value.substr(0, given->value.find(';')));
  if (equal_ignoring_case(type, kJson) && std::ranges::count_if(request.headers, is_type) == 1) return {};
  return refused(415, type.empty() ? "the body has no Content-Type" : fmt::format("the body's Content-Type is {}", shown(type)),
                 "Send \"Content-Type: application/json\", with curl by --json, or no body at all.");
}

std::string Admin::index() const {
  boost::json::array calls;
  for (const Route& each : routes()) {
    boost::json::array parameters;
    for (const std::string_view parameter : each.parameters) parameters.emplace_back(parameter);
    calls.emplace_back(boost::json::object{{"method", each.method},
                                           {"path", fmt::format("{}{}", kPrefix, each.path)},
                                           {"parameters", std::move(parameters)},
                                           {"summary", each.summary}});
  }
  const std::string_view access = access_ == AdminAccess::kReadOnly ? "read-only" : "full";
  return boost::json::serialize(boost::json::object{{"access", access}, {"calls", std::move(calls)}});
}

AdminResult<std::string> Admin::explained(const std::string& id) const {
  auto found = explained_.find(id);
  if (found) return std::move(*found);
  return refused(404, "there is no such request",
                 fmt::format("The last {} calls with a wrong signature are kept, except in profile prod.", ExplainedRequests::kKept));
}

std::string Admin::openapi() {
  std::call_once(openapi_built_, [this] { openapi_ = openapi_document(); });
  return openapi_;
}

}  // namespace wingmq::net

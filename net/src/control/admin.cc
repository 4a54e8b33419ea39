#include "control/admin.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <span>

#include "control/admin_token.h"
#include "control/openapi.h"
#include "text/text.h"
#include "wingmq/net/history.h"

namespace wingmq::net {
namespace {

constexpr std::string_view kPrefix = "/__admin";

constexpr std::string_view kNarrowingNames[] = {"region", "project"};
constexpr std::string_view kWaiting[] = {"region", "project", "queue", "group", "until", "never", "timeout", "for"};
constexpr std::string_view kJournalFilters[] = {"operation", "queue", "group", "access_key", "outcome", "fault"};
constexpr std::string_view kJournalNames[] = {"operation", "queue", "group", "access_key", "outcome", "fault", "limit", "after"};
constexpr std::string_view kListingNames[] = {"region", "project", "group", "state", "limit", "after"};

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

/// Whether `path` has the form of `pattern`; `names` receives what stands at its wildcards, still encoded.
bool has_form(std::string_view path, std::string_view pattern, std::vector<std::string_view>& names) {
  const auto given = segments_of(path);
  const auto wanted = segments_of(pattern);
  if (given.size() != wanted.size()) return false;
  names.clear();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].starts_with('{') && !given[i].empty()) {
      names.push_back(given[i]);
    } else if (wanted[i] != given[i]) {
      return false;
    }
  }
  return true;
}

AdminResult<std::vector<std::string>> decoded(const std::vector<std::string_view>& names) {
  std::vector<std::string> plain;
  for (const std::string_view name : names) {
    auto text = percent_decoded(name, Plus::kStays);
    if (!text || !is_utf8(*text)) {
      return refused(400, "a name in the path is not percent-encoded UTF-8", "Name a queue or group by its id or its name, a request by its id.");
    }
    plain.push_back(std::move(*text));
  }
  return plain;
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
      {"GET", "/clock", {}, "the broker's time, and what is due next", [](Admin&, AdminCall& c, Body) -> AdminOutcome { return show_clock(c.engine); }},
      {"POST", "/clock/advance", {}, R"(moves time forward: {"by":"30s"}, {"to":ms} or {"to":"next"})",
       [](Admin&, AdminCall& c, Body body) { return advance_clock(c, body); }},
      {"POST", "/reset", {}, R"({}: everything as after start; {"keep":"queues"}: forgets messages, leases and counters)",
       [](Admin& a, AdminCall& c, Body body) { return reset(c, body, a.declared_queues_); }},
      {"GET", "/queues", kNarrowingNames, "all queues with their groups and counts", [](Admin&, AdminCall& c, Body) { return list_queues(c); }},
      {"GET", "/queues/{q}", kNarrowingNames, "one queue, by id or name", [](Admin&, AdminCall& c, Body) { return show_queue(c); }},
      {"POST", "/queues", {}, R"(makes a queue with its groups: {"queue":"orders?groups=g1,g2&dlq=3"})",
       [](Admin&, AdminCall& c, Body body) { return make_queue(c, body); }},
      {"DELETE", "/queues/{q}", kNarrowingNames, "removes a queue", [](Admin&, AdminCall& c, Body) { return drop_queue(c); }},
      {"POST", "/queues/{q}/messages", kNarrowingNames, R"(sends messages, unsigned: {"messages":[{"body":"x"}]})",
       [](Admin& a, AdminCall& c, Body body) { return put_messages(c, body, a.batch_messages_max_); }},
      {"POST", "/queues/{q}/purge", kNarrowingNames, R"({}: forgets the queue's messages; {"group":"g1"}: that group passes them over)",
       [](Admin&, AdminCall& c, Body body) { return purge_queue(c, body); }},
      {"POST", "/queues/{q}/groups/{g}/redrive", kNarrowingNames, R"(makes dead letters available again: {} or {"max":100})",
       [](Admin&, AdminCall& c, Body body) { return redrive_group(c, body); }},
      {"POST", "/queues/{q}/groups/{g}/expire", kNarrowingNames, R"(ends leases now: {} or {"partition":0,"offset":7})",
       [](Admin&, AdminCall& c, Body body) { return expire_leases(c, body); }},
      {"GET", "/queues/{q}/messages", kListingNames, "looks at messages and changes nothing",
       [](Admin&, AdminCall& c, Body) { return list_messages(c); }},
      {"GET", "/queues/{q}/messages/{partition}/{offset}", kNarrowingNames, "one message, and for each group its state, why, and what happened",
       [](Admin&, AdminCall& c, Body) { return show_message(c); }},
      {"GET", "/queues/{q}/balance", kNarrowingNames, "what became of each group's messages", [](Admin&, AdminCall& c, Body) { return show_balance(c); }},
      {"GET", "/wait", kWaiting, "waits until counts are as wanted: ?queue=Q&group=G&until=drained&timeout=10s",
       [](Admin&, AdminCall& c, Body) { return wait_until(c); }},
      {"GET", "/faults", {}, "the fault rules, how often each was seen and did something", [](Admin& a, AdminCall&, Body) { return list_faults(a.faults_); }},
      {"POST", "/faults", {}, R"(breaks calls on purpose: {"match":{"operation":"queryQuota"},"do":{"type":"lose_reply"}})",
       [](Admin& a, AdminCall&, Body body) { return add_fault(a.faults_, body); }},
      {"DELETE", "/faults", {}, "removes all fault rules", [](Admin& a, AdminCall&, Body) { return clear_faults(a.faults_); }},
      {"DELETE", "/faults/{id}", {}, "removes a fault rule", [](Admin& a, AdminCall& c, Body) { return remove_fault(a.faults_, c.names.front()); }},
      {"GET", "/deviations", {}, "the decisions D01 to D30 and how often traffic relied on each",
       [](Admin&, AdminCall& c, Body) -> AdminOutcome { return list_deviations(c.deviations); }},
      {"GET", "/requests", kJournalNames, "the last calls of operations, newest first", [](Admin&, AdminCall& c, Body) { return list_requests(c); }},
      {"GET", "/requests/count", kJournalFilters, "how many of them there are", [](Admin&, AdminCall& c, Body) { return count_requests(c); }},
      {"GET", "/requests/{id}", {}, "one of them; X-WingMQ-Explain of a reply leads here, to what was wrong with the call's signature",
       [](Admin& a, AdminCall& c, Body) { return show_request(c, a.explained_); }},
      {"GET", "/openapi.json", {}, "OpenAPI 3.1 of the operations and of this control plane",
       [](Admin& a, AdminCall&, Body) -> AdminOutcome { return a.openapi(); }},
  };
  return routes;
}

Admin::Admin(Engine& engine, Deviations& deviations, const ExplainedRequests& explained, Journal& journal, FaultRules* faults, const ServerOptions& options)
    : engine_(engine),
      deviations_(deviations),
      explained_(explained),
      journal_(journal),
      events_(options.history != nullptr ? &options.history->log() : nullptr),
      faults_(faults),
      access_(options.admin),
      token_(options.admin_token),
      declared_queues_(options.declared_queues),
      batch_messages_max_(options.limits.batch_messages_max) {}

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
std::optional<Reply> Admin::ring(AdminCall& call) { return reply_of(call.ring(call)); }

AdminOutcome Admin::answer(const Request& request, Ticket& ticket, std::optional<AdminCall>& call) {
  if (access_ == AdminAccess::kOff) {
    return refused(403, "the control plane is switched off",
                   "It was started with --admin off, or the profile says so.");
  }
  if (auto passed = check_token(request, token_, "control plane"); !passed) return std::unexpected(passed.error());

  std::string_view path = request.path();
  path.remove_prefix(std::min(kPrefix.size(), path.size()));
  if (path == "/") path = {};
  std::vector<std::string_view> names;
  const auto route = find_route(path, request, names);
  if (!route) return std::unexpected(route.error());
  auto decoded_names = decoded(names);
  if (!decoded_names) return std::unexpected(decoded_names.error());
  auto query = QueryParameters::parse(request.query(), (*route)->parameters, "until");
  if (!query) return std::unexpected(query.error());
  if (auto passed = check_content_type(request); !passed) return std::unexpected(passed.error());
  call.emplace(engine_, ticket, deviations_, std::move(*decoded_names), std::move(*query));
  call->faults = faults_;
  call->journal = &journal_;
  call->events = events_;
  return (*route)->run(*this, *call, request.body.view());
}

/// 404, 405, 403.
AdminResult<const Admin::Route*> Admin::find_route(std::string_view path, const Request& request, std::vector<std::string_view>& names) const {
  const Route* found = nullptr;
  std::string methods;
  for (const Route& each : routes()) {
    std::vector<std::string_view> in_path;
    if (!has_form(path, each.path, in_path)) continue;
    if (methods.find(each.method) == std::string::npos) methods += fmt::format("{}{}", methods.empty() ? "" : ", ", each.method);
    if (found != nullptr || each.method != request.method) continue;  // a word of the path goes before a name
    found = &each;
    names = std::move(in_path);
  }
  if (methods.empty()) {
    std::string calls;
    for (const Route& each : routes()) calls += fmt::format("{}{} {}{}", calls.empty() ? "" : ", ", each.method, kPrefix, each.path);
    return refused(404, fmt::format("no such path: {}", shown(request.path())), "There is " + calls + ".");
  }
  if (found == nullptr) {
    return std::unexpected(AdminError{.status = 405,
                                      .error = fmt::format("{} does not take {}", shown(request.path()), shown(request.method)),
                                      .hint = fmt::format("Use {}.", methods),
                                      .headers = {{"Allow", methods}}});
  }
  if (found->method != "GET" && access_ == AdminAccess::kReadOnly) {
    return refused(403, "the control plane is read-only", "Only GET is allowed here; --admin full allows the rest.");
  }
  return found;
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

std::string Admin::openapi() {
  std::call_once(openapi_built_, [this] { openapi_ = openapi_document(); });
  return openapi_;
}

}  // namespace wingmq::net

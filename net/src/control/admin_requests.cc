#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <limits>
#include <set>

#include "access/explained_requests.h"
#include "control/admin_calls.h"
#include "control/openapi_tables.h"
#include "operations/go_on.h"
#include "text/text.h"

namespace wingmq::net {
namespace {

constexpr CallOutcome kOutcomes[] = {CallOutcome::kDone, CallOutcome::kRefused, CallOutcome::kLost};

std::unexpected<AdminError> no_journal() {
  return refused(409, "no journal is kept", "Start the server with --journal 1000, or --profile test.");
}

boost::json::value or_null(std::string_view text) { return text.empty() ? boost::json::value(nullptr) : boost::json::value(text); }
boost::json::value or_null(unsigned number) { return number == 0 ? boost::json::value(nullptr) : boost::json::value(number); }
template <typename Id>
boost::json::value or_null(const std::optional<Id>& id) {
  return id ? boost::json::value(id->text()) : boost::json::value(nullptr);
}

boost::json::object json_of(const JournalEntry& entry) {
  return {{"id", entry.id},
          {"at", entry.at.time_since_epoch().count()},
          {"took_us", entry.took.count()},
          {"operation", entry.operation},
          {"access_key", or_null(entry.access_key)},
          {"queue", or_null(entry.queue)},
          {"group", or_null(entry.group)},
          {"outcome", to_string(entry.outcome)},
          {"status", or_null(entry.status)},
          {"status_code", or_null(entry.status_code)},
          {"error_code", or_null(entry.error_code)},
          {"messages", entry.messages},
          {"fault", or_null(entry.fault)},
          {"reason", or_null(entry.reason)}};
}

/// Which calls are asked for. Queue and group are named by id or, while they are there, by name.
struct Wanted {
  const std::string* operation = nullptr;
  const std::string* access_key = nullptr;
  const std::string* fault = nullptr;
  std::optional<CallOutcome> outcome = {};
  std::optional<std::set<std::string>> queues = {};
  std::optional<std::set<std::string>> groups = {};

  [[nodiscard]] bool operator()(const JournalEntry& entry) const {
    const auto is = [](const std::string* text, std::string_view given) { return text == nullptr || *text == given; };
    return is(operation, entry.operation) && is(access_key, entry.access_key) && is(fault, entry.fault) &&
           (!outcome || *outcome == entry.outcome) && (!queues || (entry.queue && queues->contains(entry.queue->text()))) &&
           (!groups || (entry.group && groups->contains(entry.group->text())));
  }
};

AdminResult<Wanted> read_wanted(const QueryParameters& query, const std::vector<QueueGroups>& queues) {
  Wanted wanted{.operation = query.find("operation"), .access_key = query.find("access_key"), .fault = query.find("fault")};
  if (wanted.operation != nullptr && std::ranges::find(operation_docs(), *wanted.operation, &OperationDoc::name) == operation_docs().end()) {
    return refused(400, fmt::format("there is no operation \"{}\"", shown(*wanted.operation)), "Name one of the 14 operations, such as sendSpecifyQueueMessage.");
  }
  if (const auto* outcome = query.find("outcome"); outcome != nullptr) {
    const auto* known = std::ranges::find(kOutcomes, *outcome, [](CallOutcome each) { return to_string(each); });
    if (known == std::end(kOutcomes)) return refused(400, fmt::format("\"outcome\" is \"{}\"", shown(*outcome)), "It is done, refused or lost.");
    wanted.outcome = *known;
  }
  const auto* queue_name = query.find("queue");
  const auto* group_name = query.find("group");
  if (queue_name != nullptr) wanted.queues.emplace({*queue_name});
  if (group_name != nullptr) wanted.groups.emplace({*group_name});
  for (const QueueGroups& each : queues) {
    if (queue_name != nullptr && each.queue.spec.name == *queue_name) wanted.queues->insert(each.queue.id.text());
    for (const GroupInfo& group : each.groups) {
      if (group_name != nullptr && group.name == *group_name) wanted.groups->insert(group.id.text());
    }
  }
  return wanted;
}

AdminOutcome listing(const Wanted& wanted, const AdminCall& call) {
  const auto limit = read_limit(call.query.find("limit"));
  if (!limit) return std::unexpected(limit.error());
  auto before = std::numeric_limits<std::uint64_t>::max();
  if (const auto* after = call.query.find("after"); after != nullptr) {
    const auto number = parse_number(*after);
    if (!number) return refused(400, fmt::format("\"after\" is not a cursor of this listing: \"{}\"", shown(*after)), "Pass the \"next\" of the previous reply.");
    before = *number;
  }
  auto found = call.journal->list(wanted, before, std::size_t{*limit} + 1);
  const bool more = found.size() > *limit;
  if (more) found.pop_back();
  boost::json::array requests;
  for (const JournalEntry& entry : found) requests.emplace_back(json_of(entry));
  const auto next = more ? boost::json::value(fmt::to_string(found.back().number)) : boost::json::value(nullptr);
  return boost::json::serialize(boost::json::object{{"requests", std::move(requests)}, {"next", next}});
}

AdminOutcome counting(const Wanted& wanted, const AdminCall& call) {
  return boost::json::serialize(boost::json::object{{"count", call.journal->count(wanted)}});
}

using Answering = AdminOutcome (*)(const Wanted& wanted, const AdminCall& call);

template <Answering kAnswer>
AdminOutcome with_names(Result<std::vector<QueueGroups>>& queues, AdminCall& call) {
  if (!queues) return refused_by_engine(queues.error());
  const auto wanted = read_wanted(call.query, *queues);
  if (!wanted) return std::unexpected(wanted.error());
  return kAnswer(*wanted, call);
}

/// Names are looked up only where some are given.
template <Answering kAnswer>
AdminOutcome ask_journal(AdminCall& call) {
  if (call.journal->kept() == 0) return no_journal();
  if (call.query.find("queue") != nullptr || call.query.find("group") != nullptr) {
    return go_on<with_names<kAnswer>>(call.engine.inspect(std::nullopt, call.ticket), call);
  }
  Result<std::vector<QueueGroups>> none{std::in_place};
  return with_names<kAnswer>(none, call);
}

}  // namespace

AdminOutcome list_requests(AdminCall& call) { return ask_journal<listing>(call); }
AdminOutcome count_requests(AdminCall& call) { return ask_journal<counting>(call); }

AdminOutcome show_request(AdminCall& call, const ExplainedRequests& explained) {
  const std::string& id = call.names.front();
  boost::json::object shown_members;
  const auto entry = call.journal->find(id);
  const auto explanation = explained.find(entry && !entry->explained.empty() ? entry->explained : id);
  if (explanation) shown_members = boost::json::parse(*explanation).as_object();
  if (entry) {
    // insert() leaves what is there: an explanation's reason and detail say more.
    const auto members = json_of(*entry);
    shown_members.insert(members.begin(), members.end());
    shown_members["parameters"] = entry->parameters;
    shown_members["parameters_bytes"] = entry->parameters_bytes;
  }
  if (!shown_members.empty()) return boost::json::serialize(shown_members);
  return refused(404, "there is no such request",
                 fmt::format("The last {} calls are kept (--journal), and except in profile prod the last {} with a wrong signature.",
                             call.journal->kept(), ExplainedRequests::kKept));
}

}  // namespace wingmq::net

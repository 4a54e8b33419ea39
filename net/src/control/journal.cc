#include "control/journal.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <new>
#include <ranges>

#include "control/openapi_tables.h"
#include "text/text.h"

namespace wingmq::net {
namespace {

constexpr std::string_view kDoneStart = R"({"statusCode":800)";
constexpr unsigned kDoneCode = 800;
constexpr std::string_view kExplainedUnder = "/__admin/requests/";

std::string_view header_of(const Reply& reply, std::string_view name) {
  const auto found = std::ranges::find(reply.headers, name, [](const auto& header) { return std::string_view(header.first); });
  return found == reply.headers.end() ? std::string_view() : std::string_view(found->second);
}

/// The parameters of a call without a body: headers of the names that the operation takes.
std::string parameters_in_headers(const Request& request, std::string_view operation) {
  const auto docs = operation_docs();
  const auto doc = std::ranges::find(docs, operation, &OperationDoc::name);
  boost::json::object found;
  const auto take = [&](std::string_view name) {
    const Header* header = request.find_header(name);
    if (header != nullptr) found.emplace(name, is_utf8(header->value) ? header->value : std::string_view("not UTF-8"));
  };
  if (doc != docs.end()) {
    for (const ParameterDoc& parameter : doc->parameters) take(parameter.name);
  }
  take("customInfo");
  return boost::json::serialize(found);
}

void keep_parameters(std::string_view text, JournalEntry& entry) {
  entry.parameters_bytes = text.size();
  const auto beginning = beginning_of(text, Journal::kParametersMax);
  entry.parameters = is_utf8(beginning) ? beginning : std::string_view("not UTF-8");
}

/// What a refusal says of itself. Refusals are rare and small: they are read once more rather than carried along.
void read_refusal(const Reply& reply, JournalEntry& entry) {
  entry.outcome = CallOutcome::kRefused;
  entry.messages = 0;
  boost::system::error_code not_json;
  const auto body = boost::json::parse(reply.body, not_json);
  const auto* members = not_json ? nullptr : body.if_object();
  if (members == nullptr) return;
  const auto text = [&](std::string_view name) {
    const auto* value = members->if_contains(name);
    const auto* string = value != nullptr ? value->if_string() : nullptr;
    return string != nullptr ? std::string(*string) : std::string();
  };
  const auto* code = members->if_contains("statusCode");
  entry.status_code = code != nullptr && code->is_int64() ? static_cast<unsigned>(code->as_int64()) : 0;
  entry.error_code = text("errorCode");
  entry.reason = text("message");
}

void read_reply(const Reply& reply, JournalEntry& entry) {
  entry.status = reply.status;
  entry.status_code = kDoneCode;
  if (!reply.body.starts_with(kDoneStart)) read_refusal(reply, entry);
  if (const auto reason = header_of(reply, "X-WingMQ-Reason"); !reason.empty()) entry.reason = reason;
  if (const auto explained = header_of(reply, "X-WingMQ-Explain"); !explained.empty()) entry.explained = explained.substr(kExplainedUnder.size());
  entry.fault = header_of(reply, "X-WingMQ-Fault");
  if (reply.dropped) entry.outcome = CallOutcome::kLost;
}

}  // namespace

std::string_view to_string(CallOutcome outcome) {
  switch (outcome) {
    case CallOutcome::kDone: return "done";
    case CallOutcome::kRefused: return "refused";
    case CallOutcome::kLost: return "lost";
  }
  return "";
}

std::optional<JournalDraft> Journal::begin(const Request& request, std::string_view operation, std::string_view caller, Time now) {
  if (kept_ == 0) return std::nullopt;
  try {
    JournalDraft draft;
    draft.begun = std::chrono::steady_clock::now();
    draft.entry.id = fmt::format("r{}", begun_.fetch_add(1, std::memory_order_relaxed) + 1);
    draft.entry.at = now;
    draft.entry.operation = operation;
    draft.entry.access_key = caller;
    if (request.body.size() > 0) {
      keep_parameters(request.body.view(), draft.entry);
    } else {
      keep_parameters(parameters_in_headers(request, operation), draft.entry);
    }
    return draft;
  } catch (const std::bad_alloc&) {
    return std::nullopt;
  }
}

std::uint64_t Journal::add(JournalDraft draft, const CallContext* context, const Reply* reply) {
  JournalEntry& entry = draft.entry;
  entry.took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - draft.begun);
  try {
    if (context != nullptr) {
      entry.queue = context->queue;
      if (context->group != GroupId{}) entry.group = context->group;
      entry.messages = context->count;
    }
    if (reply != nullptr) {
      read_reply(*reply, entry);
    } else {
      entry.outcome = CallOutcome::kLost;
      entry.messages = 0;
    }
    const std::scoped_lock lock(mutex_);
    entry.number = ++last_;
    if (entries_.size() == kept_) entries_.pop_front();
    entries_.push_back(std::move(entry));
    return last_;
  } catch (const std::bad_alloc&) {
    return 0;
  }
}

void Journal::lose(std::uint64_t number) {
  const std::scoped_lock lock(mutex_);
  const auto found = std::ranges::lower_bound(entries_, number, {}, &JournalEntry::number);
  if (found != entries_.end() && found->number == number) found->outcome = CallOutcome::kLost;
}

std::vector<JournalEntry> Journal::list(const std::function<bool(const JournalEntry&)>& wanted, std::uint64_t before, std::size_t limit) const {
  std::vector<JournalEntry> found;
  const std::scoped_lock lock(mutex_);
  for (const JournalEntry& entry : entries_ | std::views::reverse) {
    if (found.size() == limit) break;
    if (entry.number < before && wanted(entry)) found.push_back(entry);
  }
  return found;
}

std::size_t Journal::count(const std::function<bool(const JournalEntry&)>& wanted) const {
  const std::scoped_lock lock(mutex_);
  return static_cast<std::size_t>(std::ranges::count_if(entries_, wanted));
}

std::optional<JournalEntry> Journal::find(std::string_view id) const {
  const std::scoped_lock lock(mutex_);
  const auto found = std::ranges::find_if(entries_, [id](const JournalEntry& entry) { return entry.id == id || (!id.empty() && entry.explained == id); });
  return found != entries_.end() ? std::optional(*found) : std::nullopt;
}

void Journal::clear() {
  const std::scoped_lock lock(mutex_);
  entries_.clear();
}

}  // namespace wingmq::net

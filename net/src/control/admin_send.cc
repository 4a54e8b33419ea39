#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "control/admin_calls.h"
#include "control/with_queue.h"
#include "operations/message_list.h"
#include "text/json.h"
#include "text/text.h"

namespace wingmq::net {
namespace {

constexpr std::string_view kHint = R"(Send {"messages":[{"body":"x","tags":["a"],"attributes":{"k":"v"}}]}.)";

std::unexpected<AdminError> not_json(const json::Reader& reader) {
  return refused(400, fmt::format("the body is not valid JSON behind byte {}", reader.at()), std::string(kHint));
}

/// Whether a message has no members but those that there are.
bool is_plain(std::string_view message, std::string& unknown) {
  auto reader = json::Reader::of_checked(message);
  return reader.object([&](const json::Value& name) {
    for (const std::string_view known : {"body", "tags", "attributes"}) {
      if (json::is(name, known)) {
        json::Value value;
        return reader.value(value);
      }
    }
    unknown = json::decode(name);
    return false;
  });
}

AdminResult<void> check_members(std::string_view list) {
  auto reader = json::Reader::of_checked(list);
  std::string unknown;
  const bool plain = reader.array([&] {
    json::Value message;
    return reader.value(message) && (message.kind != json::Kind::kObject || is_plain(message.raw, unknown));
  });
  if (plain || unknown.empty()) return {};
  return refused(400, fmt::format("a message has an unknown member \"{}\"", shown(unknown)), std::string(kHint));
}

/// The text of the list in a body that has that one member.
AdminResult<std::string_view> find_list(std::string_view body) {
  if (body.empty()) body = "{}";
  json::Reader reader(body);
  json::Value list;
  std::size_t lists = 0;
  std::string unknown;
  if (reader.fault() == json::Fault::kNone && reader.peek() != '{') return refused(400, "the body is not a JSON object", std::string(kHint));
  const bool read = reader.object([&](const json::Value& name) {
    json::Value value;
    if (!reader.value(value)) return false;
    if (json::is(name, "messages")) {
      list = value;
      ++lists;
    } else {
      unknown = json::decode(name);
    }
    return true;
  });
  if (!read || !reader.end()) return not_json(reader);
  if (!unknown.empty()) return refused(400, fmt::format("unknown member \"{}\" in the body", shown(unknown)), std::string(kHint));
  if (lists != 1) return refused(400, lists == 0 ? "\"messages\" is missing" : "member \"messages\" is given twice in the body", std::string(kHint));
  if (list.kind != json::Kind::kArray) return refused(400, "\"messages\" is no list", std::string(kHint));
  return list.raw;
}

AdminResult<BatchRef> read_batch(BufferPool& buffers, std::string_view body, std::uint32_t messages_max) {
  const auto text = find_list(body);
  if (!text) return std::unexpected(text.error());
  if (const auto known = check_members(*text); !known) return std::unexpected(known.error());
  Buffer buffer = buffers.copy(*text);
  MessageList list(buffer.data(), messages_max);
  auto reader = json::Reader::of_checked(buffer.view());
  if (!list.read(reader)) return not_json(reader);
  if (list.refusal()) return refused(400, text_of(*list.refusal(), Language::kEnglish), std::string(kHint));
  const std::vector<Message> messages = list.take();
  return Batch::make(buffers, std::move(buffer), messages);
}

AdminError cannot_send(const Error& error) {
  const auto refusal = net::refusal_of(error);
  const std::string text = text_of(refusal, Language::kEnglish);
  switch (error.code) {
    case ErrorCode::kQueueNotFound: return {.status = 404, .error = "the queue was removed meanwhile", .hint = "GET /__admin/queues lists all."};
    case ErrorCode::kTagsNotSupported: return {.status = 400, .error = text, .hint = "Leave the tags out, or use a queue of mode NORMAL or FIFO."};
    case ErrorCode::kPayloadTooLarge: return {.status = 413, .error = text, .hint = "Send fewer messages at a time."};
    case ErrorCode::kMemoryFull: return {.status = 507, .error = text, .hint = "Confirm or purge messages, or start the server with a larger --memory-limit."};
    default: return refused_by_engine(error).error();
  }
}

AdminOutcome finish_send(Result<Stored>& stored, AdminCall& call) {
  if (!stored) return std::unexpected(cannot_send(stored.error()));
  const std::uint32_t count = std::get<SendCall>(call.read).messages;
  if (call.events != nullptr) call.events->sent(std::get<SendCall>(call.read).queue, *stored, count, call.engine.clock().now(), {});
  std::string out = fmt::format(R"({{"sent":{},"messages":[)", count);
  for (std::uint32_t i = 0; i < count; ++i) {
    fmt::format_to(std::back_inserter(out), R"({}{{"partition":{},"offset":{}}})", i == 0 ? "" : ",", stored->partition.value, stored->first.value + i);
  }
  return out + "]}";
}

AdminOutcome send_found(const QueueGroups& found, AdminCall& call) {
  auto& asked = std::get<SendCall>(call.read);
  asked.messages = asked.batch->count();
  asked.queue = found.queue.id;
  return go_on<finish_send>(call.engine.send(found.queue.project, found.queue.id, std::move(asked.batch), call.ticket), call);
}

}  // namespace

AdminOutcome put_messages(AdminCall& call, std::string_view body, std::uint32_t messages_max) {
  auto batch = read_batch(call.engine.buffers(), body, messages_max);
  if (!batch) return std::unexpected(batch.error());
  call.read = SendCall{.batch = std::move(*batch)};
  return with_queue<send_found>(call);
}

}  // namespace wingmq::net

#include "operations/handlers.h"
#include "operations/message_list.h"
#include "operations/run_call.h"
#include "text/text.h"

namespace wingmq::net {
namespace {

constexpr std::string_view kMessages = "messages";
/// What Huawei's service takes in one send.
constexpr std::size_t kHuaweiBatchMax = 10;

/// The messages of a send and the bytes that they lie in.
struct Batched {
  Buffer buffer;
  std::vector<Message> messages;
};

/// The text of a list that is not simply an array in a JSON body, in a buffer of its own: a form field, or a string that
/// holds JSON (D04).
std::optional<Buffer> own_text(Call& call, const Fields& fields, const Given& given) {
  if (given.form != Given::Form::kJson) return call.context.engine.buffers().copy(given.text);
  if (given.value.kind != json::Kind::kString) {
    fields.refuse(Fault::kNotList, kMessages, given.value.raw);
    return std::nullopt;
  }
  call.findings.note(4);
  Buffer buffer = call.context.engine.buffers().take(given.value.decoded_bytes);
  json::decode_to(given.value, buffer.data());
  return buffer;
}

/// Reads a list that stands alone in its text.
void read_alone(const Fields& fields, std::string_view text, MessageList& list) {
  json::Reader reader(text);
  const bool array = reader.fault() == json::Fault::kNone && reader.peek() == '[';
  json::Value other;
  const bool read = array ? list.read(reader) : reader.value(other);
  if (!read || !reader.end()) {
    fields.findings().refuse(refusal_of(reader, kMessages));
  } else if (!array && other.kind == json::Kind::kNull) {
    fields.refuse_missing(kMessages);
  } else if (!array) {
    fields.refuse(Fault::kNotList, kMessages, other.raw);
  }
}

/// Notes what is wrong with the list, or which decisions it relies on.
void judge(const MessageList& list, Findings& findings) {
  if (list.messages().size() > kHuaweiBatchMax) findings.note(15);
  if (list.has_nulls()) findings.note(29);
  if (!list.refusal() || findings.refusal()) return;
  findings.note(17);
  findings.refuse(*list.refusal());
}

/// The messages where they lie, the request's own body in the usual case.
Batched take_messages(Call& call, const Fields& fields, MessageList& in_body) {
  const Given* given = fields.find(kMessages);
  if (given == nullptr) {
    fields.refuse_missing(kMessages);
    return {};
  }
  if (given->form == Given::Form::kJson && given->value.kind == json::Kind::kArray) {
    judge(in_body, call.findings);
    return {.buffer = {}, .messages = in_body.take()};
  }
  auto buffer = own_text(call, fields, *given);
  if (!buffer) return {};
  MessageList list(buffer->data(), call.batch_messages_max);
  read_alone(fields, buffer->view(), list);
  judge(list, call.findings);
  return {.buffer = std::move(*buffer), .messages = list.take()};
}

Outcome finish_send(Result<Stored>& sent, CallContext& context) {
  if (sent) {
    if (context.events != nullptr) {
      const auto count = static_cast<std::uint32_t>(context.count);
      context.events->sent(*context.queue, *sent, count, context.engine.clock().now(), context.request_id);
    }
    context.decisions.note(9);
    return encode_sent(context.count);
  }
  if (sent.error().code == ErrorCode::kPayloadTooLarge) context.decisions.note(16);
  if (sent.error().code == ErrorCode::kMemoryFull) context.decisions.note(28);
  if (sent.error().code == ErrorCode::kTagsNotSupported) context.decisions.note(11);
  return refused(sent.error(), context);
}

}  // namespace

Outcome send_messages(Call& call) {
  MessageList in_body(call.request.body.data(), call.batch_messages_max);
  const Fields fields = locate_parameters(call.request, Method::kPost, call.findings, {kMessages, &in_body});
  const auto at = decode_queue_call(fields, DeadLetterFlag::kNo);
  Batched batched = take_messages(call, fields, in_body);
  CallContext& context = call.context;
  context.project = {identify(call.caller, fields).customer, at.region};
  if (call.findings.refusal()) return std::unexpected(*call.findings.refusal());

  context.queue = at.queue;
  if (call.faults != nullptr) {
    if (auto broken = break_call(call, at.queue, std::nullopt)) return std::move(*broken);
  }
  context.own_text = at.queue_text;  // the buffer that it stands in goes to the engine
  context.queue_text = context.own_text;
  context.count = batched.messages.size();
  Buffer buffer = batched.buffer.data() == nullptr ? std::move(call.request.body) : std::move(batched.buffer);
  BatchRef batch = Batch::make(context.engine.buffers(), std::move(buffer), batched.messages);
  return go_on<finish_send>(context.engine.send(context.project, at.queue, std::move(batch), context.ticket), context);
}

}  // namespace wingmq::net

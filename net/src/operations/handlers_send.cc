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
  if (given.form != Given::Form::kJson) return call.broker.buffers().copy(given.text);
  if (given.value.kind != json::Kind::kString) {
    fields.refuse(Fault::kNotList, kMessages, given.value.raw);
    return std::nullopt;
  }
  call.findings.note(4);
  Buffer buffer = call.broker.buffers().take(given.value.decoded_bytes);
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

}  // namespace

Outcome send_messages(Call& call) {
  MessageList in_body(call.request.body.data(), call.batch_messages_max);
  const Fields fields = locate_parameters(call.request, Method::kPost, call.findings, {kMessages, &in_body});
  const auto at = decode_queue_call(fields, DeadLetterFlag::kNo);
  Batched batched = take_messages(call, fields, in_body);
  const Project project{identify(call.caller, fields).customer, at.region};
  if (call.findings.refusal()) return std::unexpected(*call.findings.refusal());

  const std::string queue_text(at.queue_text);  // the buffer that it stands in goes to the broker
  const auto count = batched.messages.size();
  Buffer buffer = batched.buffer.data() == nullptr ? std::move(call.request.body) : std::move(batched.buffer);
  const auto sent = call.broker.send(project, at.queue,
                                     Batch::make(call.broker.buffers(), std::move(buffer), batched.messages));
  if (sent) {
    call.findings.note(9);
    return encode_sent(count);
  }
  if (sent.error().code == ErrorCode::kPayloadTooLarge) call.findings.note(16);
  if (sent.error().code == ErrorCode::kMemoryFull) call.findings.note(28);
  if (sent.error().code == ErrorCode::kTagsNotSupported) call.findings.note(11);
  return NameHint(project, at.queue).note(refused(sent.error(), {.queue = queue_text}), call);
}

}  // namespace wingmq::net

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <utility>
#include <vector>

#include "operations/encode.h"
#include "operations/envelope.h"
#include "text/escape.h"

namespace wingmq::net {
namespace {

// The parts of one message, as they stand inside the embedded JSON's string.
constexpr std::string_view kHandler = R"({\"handler\":\")";
constexpr std::string_view kBody = R"(\",\"message\":{\"body\":)";
constexpr std::string_view kAttributes = R"(,\"attributes\":)";
constexpr std::string_view kTags = R"(,\"tags\":)";
constexpr std::string_view kBodyAlone = R"(,\"attributes\":{},\"tags\":[]}})";
constexpr std::string_view kMessageEnd = "}}";
constexpr std::string_view kNoAttributes = "{}";
constexpr std::string_view kNoTags = "[]";
constexpr std::size_t kFrameBytes = kHandler.size() + kBody.size() + kAttributes.size() + kTags.size() +
                                    kMessageEnd.size() + kNoAttributes.size() + kNoTags.size() + 1;

/// Bytes that the delivery's messages may need at most.
std::size_t bytes_max(const Delivery& delivery, const DeliveryLook& look) {
  const std::size_t frame = kFrameBytes + (look.scene ? kHandlerBytesMax : Handle::kTextBytes);
  std::size_t bytes = kEnvelopeStart.size() + kEnvelopeEnd.size() + 2 + delivery.count * frame;
  for (const DeliveredRun& run : delivery.runs) {
    for (const Message& message : run.batch->messages().subspan(run.first, run.count)) {
      bytes += escaped_json_bytes_max(std::size_t{message.body_bytes} + message.attributes_bytes + message.tags_bytes);
    }
  }
  return bytes;
}

/// Writes into memory that is known to suffice.
class Writer {
 public:
  explicit Writer(char* out) : out_(out) {}

  void put(std::string_view text) {
    std::memcpy(out_, text.data(), text.size());
    out_ += text.size();
  }
  void put_escaped(std::string_view text) { out_ = write_escaped(text, out_); }
  [[nodiscard]] char* end() const { return out_; }

 private:
  char* out_;
};

void put_message(Writer& writer, const Batch& batch, std::uint32_t index) {
  const auto attributes = batch.attributes(index);
  const auto tags = batch.tags(index);
  writer.put(kBody);
  writer.put_escaped(batch.body(index));
  if (attributes.empty() && tags.empty()) return writer.put(kBodyAlone);
  writer.put(kAttributes);
  writer.put_escaped(attributes.empty() ? kNoAttributes : attributes);
  writer.put(kTags);
  writer.put_escaped(tags.empty() ? kNoTags : tags);
  writer.put(kMessageEnd);
}

/// One message of a delivery.
class MessageWriter {
 public:
  MessageWriter(Writer& writer, const Delivery& delivery, const DeliveryLook& look)
      : writer_(writer), delivery_(delivery), look_(look), compact_(delivery.first) {}

  /// Message `i` of a run, which is message `position` of the delivery.
  void put(const DeliveredRun& run, std::uint32_t i, std::uint32_t position) {
    if (std::exchange(any_, true)) writer_.put(",");
    writer_.put(kHandler);
    if (look_.scene) {
      const HandlePlace place{.partition = run.partition, .offset = {run.offset.value + i}, .failures = run.failures};
      writer_.put(json_handler(delivery_.handle(position), *look_.scene, place));
    } else {
      writer_.put(compact_.at(static_cast<std::uint16_t>(position)));
    }
    put_message(writer_, *run.batch, run.first + i);
  }

 private:
  Writer& writer_;
  const Delivery& delivery_;
  const DeliveryLook& look_;
  HandleTexts compact_;
  bool any_ = false;
};

void put_messages(Writer& writer, const Delivery& delivery, const DeliveryLook& look) {
  MessageWriter messages(writer, delivery, look);
  std::uint32_t position = 0;
  for (const DeliveredRun& run : delivery.runs) {
    for (std::uint32_t i = 0; i < run.count; ++i) messages.put(run, i, position++);
  }
}

void put_shuffled(Writer& writer, const Delivery& delivery, const DeliveryLook& look) {
  struct Place {
    const DeliveredRun* run;
    std::uint32_t index;
    std::uint32_t position;
  };
  std::vector<Place> places;
  for (const DeliveredRun& run : delivery.runs) {
    for (std::uint32_t i = 0; i < run.count; ++i) places.push_back({&run, i, static_cast<std::uint32_t>(places.size())});
  }
  std::mt19937_64 chance(*look.shuffled);
  std::ranges::shuffle(places, chance);
  MessageWriter messages(writer, delivery, look);
  for (const Place& place : places) messages.put(*place.run, place.index, place.position);
}

}  // namespace

std::string enveloped(std::string_view json) {
  std::string out(kEnvelopeStart);
  append_escaped(out, json);
  return out.append(kEnvelopeEnd);
}

std::string encode_sent(std::size_t count) {
  constexpr std::string_view kStart = R"({"statusCode":800,"messages":[)";
  constexpr std::string_view kOne = R"({"error":null,"state":0,"error_code":null})";
  std::string out;
  out.reserve(kStart.size() + count * (kOne.size() + 1) + 2);
  out = kStart;
  for (std::size_t i = 0; i < count; ++i) {
    if (i != 0) out += ',';
    out += kOne;
  }
  return out.append("]}");
}

std::string encode_delivery(const Delivery& delivery, const DeliveryLook& look) {
  std::string out;
  out.resize_and_overwrite(bytes_max(delivery, look), [&](char* start, std::size_t) {
    Writer writer(start);
    writer.put(kEnvelopeStart);
    writer.put("[");
    look.shuffled ? put_shuffled(writer, delivery, look) : put_messages(writer, delivery, look);
    writer.put("]");
    writer.put(kEnvelopeEnd);
    return static_cast<std::size_t>(writer.end() - start);
  });
  return out;
}

std::string encode_confirmed(const ConfirmResult& result) {
  return enveloped(fmt::format(R"({{"success":{},"fail":{}}})", result.success, result.fail));
}

std::string encode_reset() { return enveloped(R"({"status":"success"})"); }

}  // namespace wingmq::net

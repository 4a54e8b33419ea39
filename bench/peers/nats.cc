// NATS JetStream: a stream in memory, published to asynchronously, read by pulling batches.
#include <nats/nats.h>

#include <string>

#include "peer.h"

namespace wingmq::peers {
namespace {

constexpr const char* kStream = "S";
constexpr const char* kSubject = "s";
constexpr std::int64_t kWait = 5'000;  // milliseconds

void check(natsStatus status, const char* what) {
  if (status == NATS_OK) return;
  const char* detail = nats_GetLastError(nullptr);
  throw Broken(std::string("nats: ") + what + ": " + natsStatus_GetText(status) + (detail == nullptr ? "" : std::string(", ") + detail));
}

/// A connection and its JetStream context.
class Client {
 public:
  explicit Client(std::uint16_t port) {
    check(natsConnection_ConnectTo(&connection_, ("nats://127.0.0.1:" + std::to_string(port)).c_str()), "connect");
    jsOptions options;
    jsOptions_Init(&options);
    options.PublishAsync.MaxPending = 4096;
    check(natsConnection_JetStream(&context_, connection_, &options), "JetStream");
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() {
    jsCtx_Destroy(context_);
    natsConnection_Destroy(connection_);
  }
  [[nodiscard]] jsCtx* context() const { return context_; }
  void flush() const { check(natsConnection_FlushTimeout(connection_, kWait), "flush"); }

 private:
  natsConnection* connection_ = nullptr;
  jsCtx* context_ = nullptr;
};

class NatsConnection final : public Connection {
 public:
  explicit NatsConnection(const Job& job) : job_(job), client_(job.port), body_(job.bytes, 'x') {
    jsSubOptions options;
    jsSubOptions_Init(&options);
    options.Stream = kStream;
    check(js_PullSubscribe(&subscription_, client_.context(), kSubject, "g", nullptr, &options, nullptr), "subscribe");
  }
  ~NatsConnection() override { natsSubscription_Destroy(subscription_); }

  void send() override {
    if (job_.batch == 1) {
      check(js_Publish(nullptr, client_.context(), kSubject, body_.data(), static_cast<int>(body_.size()), nullptr, nullptr), "publish");
      return;
    }
    for (std::uint32_t i = 0; i < job_.batch; ++i) {
      check(js_PublishAsync(client_.context(), kSubject, body_.data(), static_cast<int>(body_.size()), nullptr), "publish");
    }
    jsPubOptions options;
    jsPubOptions_Init(&options);
    options.MaxWait = kWait;
    check(js_PublishAsyncComplete(client_.context(), &options), "publish's acknowledgement");
  }

  void receive() override {
    for (std::uint32_t received = 0; received < job_.batch;) {
      natsMsgList list{};
      const auto status = natsSubscription_Fetch(&list, subscription_, static_cast<int>(job_.batch - received), kWait, nullptr);
      if (status != NATS_TIMEOUT) check(status, "fetch");
      bool whole = true;
      for (int i = 0; i < list.Count; ++i) {
        whole = whole && natsMsg_GetDataLength(list.Msgs[i]) == static_cast<int>(job_.bytes);
        check(natsMsg_Ack(list.Msgs[i], nullptr), "ack");
      }
      received += static_cast<std::uint32_t>(list.Count);
      natsMsgList_Destroy(&list);
      if (!whole) throw Broken("nats: a message came back shorter");
    }
    client_.flush();
  }

 private:
  const Job& job_;
  Client client_;
  std::string body_;
  natsSubscription* subscription_ = nullptr;
};

class Nats final : public Peer {
 public:
  explicit Nats(const Job& job) : job_(job) {}

  void prepare() override {
    const Client client(job_.port);
    js_DeleteStream(client.context(), kStream, nullptr, nullptr);  // there is none the first time
    jsStreamConfig stream;
    jsStreamConfig_Init(&stream);
    const char* subjects[] = {kSubject};
    stream.Name = kStream;
    stream.Subjects = subjects;
    stream.SubjectsLen = 1;
    stream.Storage = js_MemoryStorage;
    check(js_AddStream(nullptr, client.context(), &stream, nullptr, nullptr), "stream");
    jsConsumerConfig consumer;
    jsConsumerConfig_Init(&consumer);
    consumer.Durable = "g";
    consumer.AckPolicy = js_AckExplicit;
    consumer.MaxAckPending = 100'000;
    check(js_AddConsumer(nullptr, client.context(), kStream, &consumer, nullptr, nullptr), "consumer");
  }
  std::unique_ptr<Connection> connect() override { return std::make_unique<NatsConnection>(job_); }

 private:
  const Job& job_;
};

}  // namespace

std::unique_ptr<Peer> make_nats(const Job& job) { return std::make_unique<Nats>(job); }

}  // namespace wingmq::peers

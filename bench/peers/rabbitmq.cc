// RabbitMQ: a transient queue, publisher confirms, consumers with a prefetch of one batch, one acknowledgement for a batch.
#include <amqp.h>
#include <amqp_tcp_socket.h>

#include <string>

#include "peer.h"

namespace wingmq::peers {
namespace {

constexpr amqp_channel_t kChannel = 1;

void check(const amqp_rpc_reply_t& reply, const char* what) {
  if (reply.reply_type != AMQP_RESPONSE_NORMAL) throw Broken(std::string("rabbitmq: ") + what + " failed");
}
void check(int status, const char* what) {
  if (status != AMQP_STATUS_OK) throw Broken(std::string("rabbitmq: ") + what + ": " + amqp_error_string2(status));
}

/// A connection with one channel. A connection is one thread's, and deliveries and confirms share its frames: whoever sends and
/// receives has two.
class Client {
 public:
  explicit Client(std::uint16_t port) : state_(amqp_new_connection()) {
    check(amqp_socket_open(amqp_tcp_socket_new(state_), "127.0.0.1", port), "connect");
    check(amqp_login(state_, "/", 0, 131'072, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest"), "login");
    amqp_channel_open(state_, kChannel);
    check(amqp_get_rpc_reply(state_), "channel");
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { amqp_destroy_connection(state_); }
  [[nodiscard]] amqp_connection_state_t state() const { return state_; }

 private:
  amqp_connection_state_t state_;
};

class RabbitConnection final : public Connection {
 public:
  explicit RabbitConnection(const Job& job) : job_(job), publisher_(job.port), consumer_(job.port), body_(job.bytes, 'x') {
    amqp_confirm_select(publisher_.state(), kChannel);
    check(amqp_get_rpc_reply(publisher_.state()), "confirm.select");
  }

  void send() override {
    const amqp_bytes_t body{body_.size(), body_.data()};
    for (std::uint32_t i = 0; i < job_.batch; ++i) {
      check(amqp_basic_publish(publisher_.state(), kChannel, amqp_empty_bytes, amqp_cstring_bytes("q"), 0, 0, nullptr, body), "publish");
    }
    published_ += job_.batch;
    while (confirmed_ < published_) wait_confirm();
  }

  void receive() override {
    begin_consuming();
    for (std::uint32_t received = 0; received < job_.batch; ++received) {
      amqp_envelope_t envelope;
      amqp_maybe_release_buffers(consumer_.state());
      check(amqp_consume_message(consumer_.state(), &envelope, nullptr, 0), "consume");
      const bool whole = envelope.message.body.len == job_.bytes;
      const bool last = received + 1 == job_.batch;
      const int acknowledged = last ? amqp_basic_ack(consumer_.state(), kChannel, envelope.delivery_tag, 1) : AMQP_STATUS_OK;
      amqp_destroy_envelope(&envelope);
      check(acknowledged, "ack");
      if (!whole) throw Broken("rabbitmq: a message came back shorter");
    }
  }

 private:
  void wait_confirm() {
    amqp_frame_t frame;
    check(amqp_simple_wait_frame(publisher_.state(), &frame), "a publisher's confirm");
    if (frame.frame_type != AMQP_FRAME_METHOD || frame.payload.method.id != AMQP_BASIC_ACK_METHOD) {
      throw Broken("rabbitmq: something else than basic.ack came");
    }
    const auto* ack = static_cast<const amqp_basic_ack_t*>(frame.payload.method.decoded);
    confirmed_ = ack->multiple != 0 ? ack->delivery_tag : confirmed_ + 1;
    amqp_maybe_release_buffers(publisher_.state());
  }

  void begin_consuming() {
    if (consuming_) return;
    consuming_ = true;
    amqp_basic_qos(consumer_.state(), kChannel, 0, static_cast<std::uint16_t>(job_.batch), 0);
    check(amqp_get_rpc_reply(consumer_.state()), "qos");
    amqp_basic_consume(consumer_.state(), kChannel, amqp_cstring_bytes("q"), amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
    check(amqp_get_rpc_reply(consumer_.state()), "consume");
  }

  const Job& job_;
  Client publisher_;
  Client consumer_;
  std::string body_;
  std::uint64_t published_ = 0;
  std::uint64_t confirmed_ = 0;
  bool consuming_ = false;
};

class Rabbit final : public Peer {
 public:
  explicit Rabbit(const Job& job) : job_(job) {}

  void prepare() override {
    const Client client(job_.port);
    amqp_queue_delete(client.state(), kChannel, amqp_cstring_bytes("q"), 0, 0);
    check(amqp_get_rpc_reply(client.state()), "queue.delete");
    amqp_queue_declare(client.state(), kChannel, amqp_cstring_bytes("q"), 0, 0, 0, 0, amqp_empty_table);
    check(amqp_get_rpc_reply(client.state()), "queue.declare");
  }
  std::unique_ptr<Connection> connect() override { return std::make_unique<RabbitConnection>(job_); }

 private:
  const Job& job_;
};

}  // namespace

std::unique_ptr<Peer> make_rabbitmq(const Job& job) { return std::make_unique<Rabbit>(job); }

}  // namespace wingmq::peers

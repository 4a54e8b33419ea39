// Redis Streams: XADD, XREADGROUP and XACK, a batch of them in one pipeline.
#include <hiredis/hiredis.h>

#include <array>
#include <atomic>
#include <string>
#include <vector>

#include "peer.h"

namespace wingmq::peers {
namespace {

struct FreeReply {
  void operator()(redisReply* reply) const noexcept { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, FreeReply>;
struct FreeContext {
  void operator()(redisContext* context) const noexcept { redisFree(context); }
};
using Context = std::unique_ptr<redisContext, FreeContext>;

Context open(std::uint16_t port) {
  Context context(redisConnect("127.0.0.1", port));
  if (!context || context->err != 0) throw Broken("redis: " + std::string(context ? context->errstr : "no memory"));
  return context;
}

Reply next(redisContext& context) {
  void* reply = nullptr;
  if (redisGetReply(&context, &reply) != REDIS_OK) throw Broken("redis: " + std::string(context.errstr));
  Reply owned(static_cast<redisReply*>(reply));
  if (owned->type == REDIS_REPLY_ERROR) throw Broken("redis: " + std::string(owned->str, owned->len));
  return owned;
}

class RedisConnection final : public Connection {
 public:
  RedisConnection(const Job& job, int number)
      : job_(job), context_(open(job.port)), name_("c" + std::to_string(number)), body_(job.bytes, 'x') {}

  void send() override {
    std::array<const char*, 5> words{"XADD", "q", "*", "b", body_.data()};
    const std::array<std::size_t, 5> sizes{4, 1, 1, 1, body_.size()};
    for (std::uint32_t i = 0; i < job_.batch; ++i) {
      redisAppendCommandArgv(context_.get(), static_cast<int>(words.size()), words.data(), sizes.data());
    }
    for (std::uint32_t i = 0; i < job_.batch; ++i) {
      if (next(*context_)->type != REDIS_REPLY_STRING) throw Broken("redis: XADD gave no id");
    }
  }

  void receive() override {
    for (std::uint32_t received = 0; received < job_.batch;) {
      redisAppendCommand(context_.get(), "XREADGROUP GROUP g %s COUNT %u BLOCK 1000 STREAMS q >", name_.c_str(),
                         job_.batch - received);
      const Reply reply = next(*context_);
      if (reply->type == REDIS_REPLY_NIL) continue;
      received += acknowledge(*reply->element[0]->element[1]);
    }
  }

 private:
  std::uint32_t acknowledge(const redisReply& entries) {
    std::vector<const char*> words{"XACK", "q", "g"};
    std::vector<std::size_t> sizes{4, 1, 1};
    for (std::size_t i = 0; i < entries.elements; ++i) {
      const redisReply& entry = *entries.element[i];
      if (entry.element[1]->element[1]->len != job_.bytes) throw Broken("redis: a message came back shorter");
      words.push_back(entry.element[0]->str);
      sizes.push_back(entry.element[0]->len);
    }
    redisAppendCommandArgv(context_.get(), static_cast<int>(words.size()), words.data(), sizes.data());
    const Reply reply = next(*context_);
    if (reply->integer != static_cast<long long>(entries.elements)) throw Broken("redis: XACK took fewer messages");
    return static_cast<std::uint32_t>(entries.elements);
  }

  const Job& job_;
  Context context_;
  std::string name_;
  std::string body_;
};

class Redis final : public Peer {
 public:
  explicit Redis(const Job& job) : job_(job) {}

  void prepare() override {
    const Context context = open(job_.port);
    redisAppendCommand(context.get(), "FLUSHALL");
    redisAppendCommand(context.get(), "XGROUP CREATE q g 0 MKSTREAM");
    static_cast<void>(next(*context));
    static_cast<void>(next(*context));
  }
  std::unique_ptr<Connection> connect() override { return std::make_unique<RedisConnection>(job_, ++connections_); }

 private:
  const Job& job_;
  int connections_ = 0;
};

}  // namespace

std::unique_ptr<Peer> make_redis(const Job& job) { return std::make_unique<Redis>(job); }

}  // namespace wingmq::peers

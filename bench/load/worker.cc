#include "load/worker.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include "load/engine.h"

namespace wingmq::load {
namespace {

/// What is under way when the measured time ends may take so long to come to its end.
constexpr std::int64_t kDrain = 10 * kSecond;
/// After so many errors in a row a run is not worth going on.
constexpr std::uint64_t kMissesMax = 1000;
constexpr std::size_t kReplyRoom = std::size_t{64} << 10;
constexpr unsigned kWaitSeconds = 1;

/// A small thread must be woken when it asked for, not up to 50 µs later.
void wake_on_time() { ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL); }

int wait_for_events(int poller, std::span<epoll_event> events, std::int64_t nanoseconds) {
  const timespec limit{nanoseconds / kSecond, nanoseconds % kSecond};
  return ::epoll_pwait2(poller, events.data(), static_cast<int>(events.size()), &limit, nullptr);
}

/// The body of a raw reply that makes the whole reply so many bytes.
std::size_t raw_body(std::size_t reply) {
  constexpr std::size_t kRawHead = 68;
  return reply > kRawHead ? reply - kRawHead : 0;
}

}  // namespace

// --- Connections
// ------------------------------------------------------------------------------------------------------

Connection::Connection(const Plan& plan, Role its_role, std::size_t its_queue, std::size_t its_group)
    : role(its_role), queue(its_queue), group(its_group) {
  using enum RequestHead::Method;
  if (plan.raw) {
    raw_send.emplace(kPost, plan.raw->send.request, raw_body(plan.raw->send.reply));
    raw_consume.emplace(kGet, plan.raw->consume.request, raw_body(plan.raw->consume.reply));
    raw_confirm.emplace(kPost, plan.raw->confirm.request, raw_body(plan.raw->confirm.reply));
    return;
  }
  const Mode mode = plan.options.mode;
  const bool sends = role == Role::kPrimary && mode != Mode::kConsume;
  if (sends) send.emplace(*plan.bodies[queue], plan.caller);
  if (sends && mode != Mode::kCycle) return;
  // A cycle reads every group; whoever else reads, reads its own. Those are found under the same numbers.
  for (const std::string& id : plan.queues[queue].groups) {
    const GroupPlace place{plan.queues[queue].id, id};
    consumes.emplace_back(plan.caller, place, plan.options.batch, kWaitSeconds);
    confirms.emplace_back(plan.caller, place);
  }
}

void Connection::reserve(std::size_t bytes) {
  if (bytes <= in_room) return;
  auto larger = std::make_unique_for_overwrite<char[]>(bytes);
  if (in_size > 0) std::memcpy(larger.get(), in.get(), in_size);
  in = std::move(larger);
  in_room = bytes;
}

// --- The loop
// ---------------------------------------------------------------------------------------------------------

Worker::Worker(const Plan& plan, Shared& shared, unsigned index)
    : plan_(plan),
      shared_(shared),
      poller_(::epoll_create1(EPOLL_CLOEXEC)),
      scanner_(delivered_bytes(plan.options.content, plan.options.message_bytes), has_stamp(plan.options.message_bytes)) {
  if (poller_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  if (!plan.caller.secret_key.empty() && !plan.raw) signer_.emplace(plan.caller.secret_key);
  if (!plan.is_open_loop()) return;
  // The workers' requests interleave evenly.
  interval_ = static_cast<double>(kSecond) * plan.options.threads / plan.options.rate;
  due_ = interval_ * index / plan.options.threads;
}

Worker::~Worker() { ::close(poller_); }

void Worker::add(Connection::Role role, std::size_t queue, std::size_t group) {
  auto& connection = *connections_.emplace_back(std::make_unique<Connection>(plan_, role, queue, group));
  connect(connection);
  if (role == Connection::Role::kPrimary) idle_.push_back(&connection);
}

void Worker::run() {
  wake_on_time();
  const auto now = now_ns();
  due_ += static_cast<double>(now);
  looked_ = now;
  for (auto& connection : connections_) {
    if (connection->role == Connection::Role::kReader) begin(*connection, now);
  }
  start_due(now);
  while (std::ranges::any_of(connections_, [](const auto& each) { return each->step != Step::kOver; }))
    wait_and_serve();
  ended_ = now_ns();
  stop_starting(ended_);
  shared_.workers_running.fetch_sub(1);
}

void Worker::wait_and_serve() {
  std::array<epoll_event, 64> events{};
  const int count = wait_for_events(poller_, events, patience(now_ns()));
  if (signer_) signer_->renew();
  for (int i = 0; i < count; ++i) {
    auto& connection = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
    if (connection.step == Step::kOver) continue;
    if (connection.out_first < connection.out_count) flush(connection);
    // Room to write, and nothing else, is no news of a reply; under TLS it may be.
    const bool nothing_came = (events[static_cast<std::size_t>(i)].events & ~std::uint32_t{EPOLLOUT}) == 0;
    if (!nothing_came || plan_.target->url().tls) receive(connection);
  }
  const auto now = now_ns();
  start_due(now);
  end_if_done(now);
  if (now - looked_ > kSecond) look_for_silence(now);
}

std::int64_t Worker::patience(std::int64_t now) const {
  const auto end = shared_.end.load(std::memory_order_relaxed);
  if (!starting_ || now >= end) return 5 * kMilli;
  const std::int64_t longest = std::min<std::int64_t>(100 * kMilli, end - now);
  if (idle_.empty()) return longest;
  // Idle: too early for the next request, or too many messages wait, and another thread's consumers may change that.
  if (!plan_.is_open_loop()) return kMilli;
  return std::clamp(static_cast<std::int64_t>(due_) - now, std::int64_t{0}, longest);
}

void Worker::start_due(std::int64_t now) {
  while (!idle_.empty() && may_start(now)) {
    Connection& connection = *idle_.back();
    idle_.pop_back();
    std::int64_t intended = now;
    if (plan_.is_open_loop()) {
      intended = static_cast<std::int64_t>(due_);
      due_ += interval_;
    }
    begin(connection, intended);
  }
}

bool Worker::may_start(std::int64_t now) {
  if (!starting_ || now >= shared_.end.load(std::memory_order_relaxed)) return false;
  if (plan_.is_open_loop() && due_ > static_cast<double>(now)) return false;
  if (plan_.options.mode == Mode::kMix) {
    const auto delivered = shared_.delivered.load(std::memory_order_relaxed) / plan_.groups();
    if (shared_.sent.load(std::memory_order_relaxed) > delivered + plan_.backlog) return false;
  }
  if (plan_.options.requests == 0 || now < shared_.begin.load(std::memory_order_relaxed)) return true;
  if (shared_.requests_left.fetch_sub(1, std::memory_order_relaxed) > 0) return true;
  stop_starting(now);
  return false;
}

void Worker::stop_starting(std::int64_t now) {
  if (!starting_) return;
  starting_ = false;
  stopped_ = now;
  shared_.workers_starting.fetch_sub(1);
}

bool Worker::is_too_late(std::int64_t now) const {
  return now > std::min(stopped_, shared_.end.load(std::memory_order_relaxed)) + kDrain;
}

bool Worker::all_delivered() const {
  return shared_.workers_starting.load() == 0 && shared_.delivered.load() >= shared_.sent.load() * plan_.groups();
}

void Worker::end_if_done(std::int64_t now) {
  const auto end = shared_.end.load(std::memory_order_relaxed);
  if (shared_.hopeless.load(std::memory_order_relaxed)) {
    for (auto& each : connections_) each->step = Step::kOver;
    return;
  }
  if (starting_ && now < end) return;
  const bool at_rest = std::ranges::none_of(connections_, [](const auto& each) {
    return each->role == Connection::Role::kPrimary && each->step != Step::kIdle && each->step != Step::kOver;
  });
  // Senders at rest in every thread are what tells the readers that no message is to come.
  if (at_rest) stop_starting(now);
  const bool too_late = is_too_late(now);
  for (auto& each : connections_) {
    const bool reader = each->role == Connection::Role::kReader;
    const bool done = reader ? each->step != Step::kConfirm && all_delivered() : each->step == Step::kIdle;
    if (too_late && !done && each->step != Step::kOver)
      stats_.errors.note("unfinished", "a call was under way 10 s after the end");
    if (done || too_late) each->step = Step::kOver;
  }
}

void Worker::look_for_silence(std::int64_t now) {
  looked_ = now;
  const std::int64_t limit = plan_.options.timeout.count() * kMilli + kWaitSeconds * kSecond;
  for (auto& each : connections_) {
    if (each->step == Step::kIdle || each->step == Step::kOver || now - each->issued < limit) continue;
    lost(*each, "no reply", fmt::format("no reply within {} ms", plan_.options.timeout.count()));
  }
}

// --- Bytes
// ------------------------------------------------------------------------------------------------------------

void Worker::connect(Connection& connection) {
  connection.channel = std::make_unique<Channel>(*plan_.target, plan_.options.timeout, false);
  connection.in_size = 0;
  connection.head.reset();
  connection.out_first = connection.out_count = 0;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &connection;
  if (::epoll_ctl(poller_, EPOLL_CTL_ADD, connection.channel->descriptor(), &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  }
}

void Worker::lost(Connection& connection, const std::string& kind, std::string_view why) {
  const bool idle = connection.step == Step::kIdle;
  if (!idle) {
    stats_.errors.note(kind, why);
    shared_.errors.fetch_add(1, std::memory_order_relaxed);
    if (++misses_ >= kMissesMax) shared_.hopeless = true;
  }
  try {
    connect(connection);
  } catch (const std::runtime_error& error) {
    stats_.errors.note("cannot connect", error.what());
    connection.step = Step::kOver;
    std::erase(idle_, &connection);
    return;
  }
  if (!idle) rest(connection, now_ns());
}

void Worker::issue(Connection& connection, Step step, std::span<const iovec> parts, std::int64_t intended) {
  connection.step = step;
  connection.intended = intended;
  connection.issued = now_ns();
  std::ranges::copy(parts, connection.out.begin());
  connection.out_first = 0;
  connection.out_count = parts.size();
  connection.out_bytes = 0;
  for (const iovec& part : parts) connection.out_bytes += part.iov_len;
  flush(connection);
}

void Worker::flush(Connection& connection) {
  while (connection.out_first < connection.out_count) {
    auto count = connection.channel->write(
        std::span(connection.out).subspan(connection.out_first, connection.out_count - connection.out_first));
    // A lost connection is noticed when its reply is read: the server may have said why.
    if (count <= 0) return;
    while (connection.out_first < connection.out_count && count > 0) {
      iovec& part = connection.out[connection.out_first];
      const auto taken = std::min(static_cast<std::size_t>(count), part.iov_len);
      part.iov_base = static_cast<char*>(part.iov_base) + taken;
      part.iov_len -= taken;
      count -= static_cast<std::ptrdiff_t>(taken);
      if (part.iov_len == 0) ++connection.out_first;
    }
  }
}

void Worker::receive(Connection& connection) {
  connection.reserve(kReplyRoom);
  while (true) {
    const auto count =
        connection.channel->read(connection.in.get() + connection.in_size, connection.in_room - connection.in_size);
    if (count == 0) return;
    if (count < 0)
      return lost(connection, "connection closed", "the server closed the connection before its reply was complete");
    connection.in_size += static_cast<std::size_t>(count);
    if (!connection.head) {
      const auto head = read_head({connection.in.get(), connection.in_size});
      if (!head) return lost(connection, "not HTTP", head.error());
      connection.head = *head;
    }
    if (connection.head) {
      const std::size_t all = connection.head->head_bytes + connection.head->body_bytes;
      if (connection.in_size >= all) return complete(connection);
      connection.reserve(all);
    }
    if (connection.in_size == connection.in_room) connection.reserve(2 * connection.in_room);
  }
}

void Worker::complete(Connection& connection) {
  const ReplyHead reply = *connection.head;
  const std::string_view received(connection.in.get(), connection.in_size);
  const auto body = received.substr(reply.head_bytes);
  const Step step = connection.step;
  if (step == Step::kIdle || body.size() != reply.body_bytes || connection.out_first < connection.out_count) {
    if (reply.status == 200) return lost(connection, "unasked reply", received.substr(0, 200));
    refuse(connection, reply.status, received.substr(0, reply.head_bytes), body);
    return lost(connection, "connection closed", "the server refused a request before it had read it");
  }
  const auto now = now_ns();
  connection.head.reset();
  connection.in_bytes = connection.in_size;
  connection.in_size = 0;  // its bytes stay until the next read
  shared_.requests.fetch_add(1, std::memory_order_relaxed);
  if (reply.closes) connect(connection);
  if (reply.status != 200 || (!plan_.raw && !is_done(body))) {
    refuse(connection, reply.status, received.substr(0, reply.head_bytes), body);
    return rest(connection, now);
  }
  misses_ = 0;
  if (step == Step::kSend) return on_sent(connection, body, now);
  if (step == Step::kConsume) return on_consumed(connection, body, now);
  if (step == Step::kConfirm) return on_confirmed(connection, body, now);
  rest(connection, now);
}

// --- What a connection does next
// --------------------------------------------------------------------------------------

void Worker::begin(Connection& connection, std::int64_t intended) {
  connection.began = intended;
  if (connection.role == Connection::Role::kReader || plan_.options.mode == Mode::kConsume)
    return consume(connection, intended);
  const auto parts =
      plan_.raw ? connection.raw_send->parts() : connection.send->prepare(intended, signer_ ? &*signer_ : nullptr);
  issue(connection, Step::kSend, parts, intended);
}

void Worker::consume(Connection& connection, std::int64_t now) {
  const Signer* signer = signer_ ? &*signer_ : nullptr;
  if (plan_.raw) return issue(connection, Step::kConsume, connection.raw_consume->parts(), now);
  const bool part = plan_.options.mode == Mode::kCycle && connection.owed != plan_.options.batch;
  if (!part) return issue(connection, Step::kConsume, connection.consumes[connection.group].prepare(signer), now);
  const QueuePlace& queue = plan_.queues[connection.queue];
  connection.rest.emplace(plan_.caller, GroupPlace{queue.id, queue.groups[connection.group]}, connection.owed,
                          kWaitSeconds);
  issue(connection, Step::kConsume, connection.rest->prepare(signer), now);
}

void Worker::on_sent(Connection& connection, std::string_view body, std::int64_t now) {
  if (!plan_.raw && body != good_send_) {
    const auto stored = count_stored(body);
    if (stored != plan_.options.batch) {
      refuse(connection, 200, {}, body);
      return rest(connection, now);
    }
    good_send_ = body;
  }
  shared_.sent.fetch_add(plan_.options.batch, std::memory_order_relaxed);
  account(Op::kSend, connection, plan_.options.batch, now);
  if (plan_.options.mode != Mode::kCycle || plan_.groups() == 0) return rest(connection, now);
  connection.group = 0;
  connection.owed = plan_.options.batch;
  consume(connection, now);
}

void Worker::on_consumed(Connection& connection, std::string_view body, std::int64_t now) {
  handlers_.clear();
  std::size_t messages = plan_.options.batch;
  if (!plan_.raw) {
    scanner_.scan(body, handlers_, [&](std::int64_t stamp) {
      if (stamp > 0) account_latency(Op::kEndToEnd, stamp, now);
    });
    messages = handlers_.size();
  }
  if (messages == 0) {
    ++stats_.dry;
    if (plan_.options.mode == Mode::kConsume) return reset(connection, now);
    return is_too_late(now) ? rest(connection, now) : consume(connection, now);
  }
  shared_.delivered.fetch_add(messages, std::memory_order_relaxed);
  account(Op::kConsume, connection, messages, now);
  if (plan_.confirms()) return confirm(connection, now);
  after_reading(connection, messages, now);
}

void Worker::confirm(Connection& connection, std::int64_t now) {
  connection.entries = plan_.raw ? plan_.options.batch : handlers_.size();
  if (plan_.raw) return issue(connection, Step::kConfirm, connection.raw_confirm->parts(), now);
  ConfirmRequest& request = connection.confirms[connection.group];
  request.begin();
  for (const auto handler : handlers_) request.add(handler);
  issue(connection, Step::kConfirm, request.finish(signer_ ? &*signer_ : nullptr), now);
}

void Worker::on_confirmed(Connection& connection, std::string_view body, std::int64_t now) {
  if (!plan_.raw && count_confirmed(body) != connection.entries) {
    refuse(connection, 200, {}, body);
    return rest(connection, now);
  }
  shared_.confirmed.fetch_add(connection.entries, std::memory_order_relaxed);
  account(Op::kConfirm, connection, connection.entries, now);
  if (plan_.options.mode != Mode::kCycle) return after_reading(connection, connection.entries, now);
  connection.owed -= std::min<std::uint32_t>(connection.owed, static_cast<std::uint32_t>(connection.entries));
  if (connection.owed > 0) return consume(connection, now);
  connection.owed = plan_.options.batch;
  if (++connection.group < plan_.groups()) return consume(connection, now);
  connection.intended = connection.began;
  account(Op::kCycle, connection, plan_.options.batch, now);
  rest(connection, now);
}

void Worker::after_reading(Connection& connection, std::uint64_t messages, std::int64_t now) {
  if (connection.role == Connection::Role::kReader) return consume(connection, now);
  const bool through = !plan_.raw && passed(connection).fetch_add(messages) + messages >= plan_.stored;
  if (through) return reset(connection, now);
  rest(connection, now);
}

void Worker::reset(Connection& connection, std::int64_t now) {
  passed(connection).store(0);
  const QueuePlace& queue = plan_.queues[connection.queue];
  connection.control =
      render_call(plan_.caller, "consumeReset",
                  reset_parameters(plan_.caller, {queue.id, queue.groups[connection.group]}, "earliest"));
  const iovec part{connection.control.data(), connection.control.size()};
  issue(connection, Step::kReset, {&part, 1}, now);
}

void Worker::rest(Connection& connection, std::int64_t now) {
  connection.step = Step::kIdle;
  if (connection.role == Connection::Role::kReader) return consume(connection, now);
  idle_.push_back(&connection);
  start_due(now);
}

// --- Accounts
// ---------------------------------------------------------------------------------------------------------

void Worker::account(Op op, const Connection& connection, std::uint64_t messages, std::int64_t now) {
  account_latency(op, connection.intended, now);
  if (now < shared_.begin.load(std::memory_order_relaxed) || now >= shared_.end.load(std::memory_order_relaxed)) return;
  OpStats& stats = stats_.of(op);
  ++stats.requests;
  stats.messages += messages;
  last_ = now;
  if (op == Op::kCycle) return;
  stats.request_bytes += connection.out_bytes;
  stats.reply_bytes += connection.in_bytes;
}

void Worker::account_latency(Op op, std::int64_t intended, std::int64_t now) {
  const bool measured = intended >= shared_.begin.load(std::memory_order_relaxed) &&
                        intended < shared_.end.load(std::memory_order_relaxed);
  if (measured) stats_.of(op).latency.record(static_cast<std::uint64_t>(std::max<std::int64_t>(now - intended, 0)));
}

void Worker::refuse(Connection& connection, unsigned status, std::string_view head, std::string_view body) {
  const auto refusal = describe_refusal(status, head, body);
  const std::string_view call = connection.step == Step::kSend      ? "send"
                                : connection.step == Step::kConsume ? "consume"
                                : connection.step == Step::kConfirm ? "confirm"
                                                                    : "reset";
  stats_.errors.note(fmt::format("{}: {}", call, refusal.kind), refusal.text);
  shared_.errors.fetch_add(1, std::memory_order_relaxed);
  if (++misses_ >= kMissesMax) shared_.hopeless = true;
}

std::atomic<std::uint64_t>& Worker::passed(const Connection& connection) {
  return shared_.passed[connection.queue * plan_.groups() + connection.group];
}

}  // namespace wingmq::load

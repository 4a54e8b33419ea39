#include "load/raw_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "load/reply.h"

namespace wingmq::load {
namespace {

constexpr std::size_t kRestingBytes = std::size_t{1} << 20;
/// Replies up to this size are copied behind their head and go out in one piece.
constexpr std::size_t kCopiedMax = 4096;

[[noreturn]] void give_up(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

int check(int result, const char* what) {
  if (result < 0) give_up(what);
  return result;
}

void watch(int poller, int descriptor, std::uint32_t events, void* data, int operation = EPOLL_CTL_ADD) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = data;
  check(::epoll_ctl(poller, operation, descriptor, &event), "epoll_ctl");
}

std::uint64_t content_length(std::string_view head) {
  const auto text = header_of(head, "Content-Length");
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// N of `POST /reply/N HTTP/1.1`, or kReplyMax + 1 for another target.
std::uint64_t asked_bytes(std::string_view head) {
  constexpr std::string_view kTarget = "/reply/";
  constexpr std::uint64_t kUnknown = RawServer::kReplyMax + 1;
  const auto target = head.find(' ');
  if (target == std::string_view::npos || !head.substr(target + 1).starts_with(kTarget)) return kUnknown;
  const char* digits = head.data() + target + 1 + kTarget.size();
  std::uint64_t number = 0;
  const auto read = std::from_chars(digits, head.data() + head.size(), number);
  return read.ec == std::errc() && read.ptr != digits ? std::min(number, kUnknown) : kUnknown;
}

/// What every reply's body is made of.
const std::string& filler() {
  static const std::string bytes(RawServer::kReplyMax, 'x');
  return bytes;
}

}  // namespace

struct RawServer::Worker {
  Worker() : poller(check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")), resting(kRestingBytes) {}
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker() { ::close(poller); }

  int poller;
  std::vector<char> resting;
  std::atomic<std::uint64_t> requests = 0;
  std::thread thread;
};

/// One client, served by one thread.
class RawServer::Connection {
 public:
  Connection(int socket, Worker& worker) : socket_(socket), worker_(worker) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { ::close(socket_); }

  void start() { watch(worker_.poller, socket_, EPOLLIN, this); }

  /// Does what can be done without waiting; false when the connection is over.
  bool proceed() {
    if (!flush()) return false;
    while (out_bytes_ == 0) {
      if (body_left_ > 0 || !in_request_) {
        if (body_left_ > 0 ? !take_body() : !take_head()) return alive_;
        if (body_left_ > 0) continue;
      }
      if (in_request_ && !answer()) return false;
    }
    return true;
  }

 private:
  /// Finds a head in what was received, or receives more; false when there is nothing to go on with.
  bool take_head() {
    const std::string_view received(head_.data() + head_begin_, head_end_ - head_begin_);
    const auto end = received.find("\r\n\r\n");
    if (end == std::string_view::npos) return receive_head();
    const std::string_view head = received.substr(0, end + 4);
    reply_bytes_ = asked_bytes(head);
    body_left_ = content_length(head);
    in_request_ = true;
    head_begin_ += head.size();
    const std::uint64_t received_body = std::min<std::uint64_t>(body_left_, head_end_ - head_begin_);
    std::memcpy(worker_.resting.data(), head_.data() + head_begin_, received_body);
    head_begin_ += received_body;
    body_left_ -= received_body;
    rested_ = received_body;
    return true;
  }

  bool receive_head() {
    if (head_begin_ > 0) {
      std::memmove(head_.data(), head_.data() + head_begin_, head_end_ - head_begin_);
      head_end_ -= head_begin_;
      head_begin_ = 0;
    }
    if (head_end_ == head_.size()) return alive_ = false;  // longer than any head may be
    const auto count = receive(head_.data() + head_end_, head_.size() - head_end_);
    head_end_ += count;
    return count > 0;
  }

  bool take_body() {
    if (rested_ == kRestingBytes) rested_ = 0;
    const auto count =
        receive(worker_.resting.data() + rested_, std::min<std::uint64_t>(body_left_, kRestingBytes - rested_));
    rested_ += count;
    body_left_ -= count;
    return count > 0;
  }

  std::size_t receive(char* place, std::size_t size) {
    const auto count = ::recv(socket_, place, size, 0);
    if (count > 0) return static_cast<std::size_t>(count);
    alive_ = count < 0 && (errno == EAGAIN || errno == EINTR);
    return 0;
  }

  bool answer() {
    in_request_ = false;
    const bool known = reply_bytes_ <= kReplyMax;
    out_body_ = known ? reply_bytes_ : 0;
    out_head_.clear();
    fmt::format_to(std::back_inserter(out_head_),
                   "HTTP/1.1 {}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n",
                   known ? "200 OK" : "404 Not Found", out_body_);
    if (out_body_ <= kCopiedMax) out_head_.append(filler(), 0, std::exchange(out_body_, 0));
    out_bytes_ = out_head_.size() + out_body_;
    worker_.requests.fetch_add(1, std::memory_order_relaxed);
    return flush();
  }

  /// Sends what is to be sent, as far as the socket takes it.
  bool flush() {
    while (out_bytes_ > 0) {
      const std::size_t sent = out_head_.size() + out_body_ - out_bytes_;
      const std::size_t head_sent = std::min(sent, out_head_.size());
      iovec parts[2] = {{out_head_.data() + head_sent, out_head_.size() - head_sent},
                        {const_cast<char*>(filler().data()), out_body_ - (sent - head_sent)}};
      msghdr message{};
      message.msg_iov = parts;
      message.msg_iovlen = out_body_ > 0 ? 2 : 1;
      const auto count = ::sendmsg(socket_, &message, MSG_NOSIGNAL);
      if (count < 0 && errno != EAGAIN && errno != EINTR) return false;
      if (count < 0) {
        want(EPOLLOUT);
        return true;
      }
      out_bytes_ -= static_cast<std::size_t>(count);
    }
    want(EPOLLIN);
    return true;
  }

  void want(std::uint32_t events) {
    if (events == wanted_) return;
    wanted_ = events;
    watch(worker_.poller, socket_, events, this, EPOLL_CTL_MOD);
  }

  int socket_;
  Worker& worker_;
  bool alive_ = true;
  bool in_request_ = false;  // a head was read and is not answered yet
  std::uint32_t wanted_ = EPOLLIN;
  std::array<char, kHeadMax> head_{};
  std::size_t head_begin_ = 0;
  std::size_t head_end_ = 0;
  std::uint64_t body_left_ = 0;
  std::size_t rested_ = 0;  // bytes of this body in the resting place
  std::uint64_t reply_bytes_ = 0;
  std::string out_head_;
  std::size_t out_body_ = 0;
  std::size_t out_bytes_ = 0;  // still to be sent
};

RawServer::RawServer(unsigned threads, std::uint16_t port) {
  listener_ = check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
  const int on = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, SOMAXCONN) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    const int code = errno;
    ::close(listener_);
    throw std::system_error(code, std::generic_category(), fmt::format("127.0.0.1:{}", port));
  }
  port_ = ntohs(address.sin_port);
  stop_ = check(::eventfd(0, EFD_CLOEXEC), "eventfd");
  (void)filler();
  for (unsigned i = 0; i < std::max(threads, 1U); ++i) {
    auto& worker = *workers_.emplace_back(std::make_unique<Worker>());
    watch(worker.poller, stop_, EPOLLIN, this);
  }
  watch(workers_.front()->poller, listener_, EPOLLIN, nullptr);
  for (auto& worker : workers_) worker->thread = std::thread([this, &one = *worker] { run(one); });
}

RawServer::~RawServer() {
  ::eventfd_write(stop_, 1);
  for (auto& worker : workers_) worker->thread.join();
  connections_.clear();
  ::close(listener_);
  ::close(stop_);
}

std::uint64_t RawServer::requests() const {
  std::uint64_t count = 0;
  for (const auto& worker : workers_) count += worker->requests.load(std::memory_order_relaxed);
  return count;
}

void RawServer::run(Worker& worker) {
  std::array<epoll_event, 64> events{};
  while (true) {
    const int count = ::epoll_wait(worker.poller, events.data(), events.size(), -1);
    for (int i = 0; i < count; ++i) {
      void* const whose = events[static_cast<std::size_t>(i)].data.ptr;
      if (whose == this) return;
      if (whose == nullptr) {
        accept_all();
        continue;
      }
      auto& connection = *static_cast<Connection*>(whose);
      if (!connection.proceed()) close(connection);
    }
  }
}

void RawServer::accept_all() {
  while (true) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (socket < 0) return;
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    Worker& worker = *workers_[next_worker_++ % workers_.size()];
    auto connection = std::make_unique<Connection>(socket, worker);
    Connection& started = *connection;
    {
      const std::lock_guard lock(mutex_);
      connections_.emplace(&started, std::move(connection));
    }
    started.start();
  }
}

void RawServer::close(Connection& connection) {
  const std::lock_guard lock(mutex_);
  connections_.erase(&connection);
}

}  // namespace wingmq::load

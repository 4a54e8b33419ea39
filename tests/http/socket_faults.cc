#include "socket_faults.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

// The linker sends calls of NAME to __wrap_NAME, and those of __real_NAME to the C library.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {
int __real_bind(int socket, const sockaddr* address, socklen_t size);
int __wrap_bind(int socket, const sockaddr* address, socklen_t size);
ssize_t __real_recvmsg(int socket, msghdr* message, int flags);
ssize_t __real_sendmsg(int socket, const msghdr* message, int flags);
ssize_t __wrap_recv(int socket, void* data, size_t size, int flags);
ssize_t __wrap_recvmsg(int socket, msghdr* message, int flags);
ssize_t __wrap_send(int socket, const void* data, size_t size, int flags);
ssize_t __wrap_sendmsg(int socket, const msghdr* message, int flags);
}

namespace wingmq::test {
namespace {

/// One read takes so many bytes at most, and the kernel holds about as many that were written: a large body takes several
/// calls. A write must not be cut short here: whoever waits until there is room again would wait for ever.
constexpr int kBytesOfACall = 64 << 10;

struct Plan {
  std::mutex mutex;
  std::atomic<std::uint16_t> client_port = 0;  // 0: nobody is watched
  SocketFault fault = SocketFault::kNone;
  std::size_t nth = 0;
  std::size_t calls = 0;  // in the fault's direction
  bool hit = false;
  bool broken = false;
  std::size_t bytes_read = 0;
  std::string written;
  std::size_t bind_passes = 0;
  std::size_t bind_fails = 0;
};

/// What the linker put in the way has no object to belong to.
Plan& the_plan() {
  static Plan plan;
  return plan;
}

bool is_watched(int socket, std::uint16_t client_port) {
  sockaddr_in peer{};
  socklen_t size = sizeof(peer);
  if (client_port == 0 || ::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &size) != 0) return false;
  return peer.sin_family == AF_INET && ntohs(peer.sin_port) == client_port;
}

ssize_t fail_with(int error) {
  errno = error;
  return -1;
}

/// The first bytes of `message`, `size` at most.
struct Cut {
  Cut(const msghdr& message, std::size_t size) : head(message) {
    for (std::size_t i = 0; i < message.msg_iovlen && size > 0; ++i) {
      parts.push_back(message.msg_iov[i]);
      parts.back().iov_len = std::min(parts.back().iov_len, size);
      size -= parts.back().iov_len;
    }
    head.msg_iov = parts.data();
    head.msg_iovlen = parts.size();
  }
  std::vector<iovec> parts;
  msghdr head;
};

/// Whether the fault strikes in this call; counts it.
bool strikes(Plan& plan) {
  if (plan.calls++ != plan.nth) return false;
  plan.hit = true;
  return true;
}

ssize_t read(Plan& plan, int socket, msghdr* message, int flags) {
  const std::scoped_lock lock(plan.mutex);
  if (plan.broken) return fail_with(ECONNRESET);
  if (plan.fault == SocketFault::kReadReset && strikes(plan)) {
    plan.broken = true;
    return fail_with(ECONNRESET);
  }
  if (plan.fault == SocketFault::kReadEnd && (plan.hit || strikes(plan))) return 0;
  Cut cut(*message, kBytesOfACall);
  const ssize_t bytes = __real_recvmsg(socket, &cut.head, flags);
  if (bytes > 0 && (flags & MSG_PEEK) == 0) plan.bytes_read += static_cast<std::size_t>(bytes);
  return bytes;
}

ssize_t write(Plan& plan, int socket, const msghdr* message, int flags) {
  const std::scoped_lock lock(plan.mutex);
  if (plan.broken) return fail_with(EPIPE);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &kBytesOfACall, sizeof(kBytesOfACall));
  if (plan.fault == SocketFault::kWriteReset && strikes(plan)) {
    plan.broken = true;
    return fail_with(EPIPE);
  }
  if (plan.fault == SocketFault::kWriteStall && (plan.hit || strikes(plan))) return fail_with(EAGAIN);
  plan.broken = plan.fault == SocketFault::kWriteCut && strikes(plan);
  const Cut cut(*message, plan.broken ? 1 : SIZE_MAX);
  const ssize_t bytes = __real_sendmsg(socket, &cut.head, flags);
  auto left = static_cast<std::size_t>(std::max<ssize_t>(bytes, 0));
  for (const iovec& part : cut.parts) {
    const std::size_t taken = std::min(left, part.iov_len);
    plan.written.append(static_cast<const char*>(part.iov_base), taken);
    left -= taken;
  }
  if (plan.broken) ::shutdown(socket, SHUT_RDWR);
  return bytes;
}

}  // namespace

void SocketFaults::plan(std::uint16_t client_port, SocketFault fault, std::size_t nth) {
  Plan& plan = the_plan();
  const std::scoped_lock lock(plan.mutex);
  plan.fault = fault;
  plan.nth = nth;
  plan.calls = 0;
  plan.hit = false;
  plan.broken = false;
  plan.bytes_read = 0;
  plan.written.clear();
  plan.client_port = client_port;
}

void SocketFaults::plan_binds(std::size_t passes, std::size_t fails) {
  Plan& plan = the_plan();
  const std::scoped_lock lock(plan.mutex);
  plan.bind_passes = passes;
  plan.bind_fails = fails;
}

void SocketFaults::clear() {
  plan(0, SocketFault::kNone, 0);
  plan_binds(0, 0);
}

bool SocketFaults::hit() {
  const std::scoped_lock lock(the_plan().mutex);
  return the_plan().hit;
}

std::size_t SocketFaults::bytes_read() {
  const std::scoped_lock lock(the_plan().mutex);
  return the_plan().bytes_read;
}

std::string SocketFaults::written() {
  const std::scoped_lock lock(the_plan().mutex);
  return the_plan().written;
}

}  // namespace wingmq::test

using wingmq::test::is_watched;
using wingmq::test::the_plan;

extern "C" {

int __wrap_bind(int socket, const sockaddr* address, socklen_t size) {
  auto& plan = the_plan();
  {
    const std::scoped_lock lock(plan.mutex);
    if (plan.bind_passes > 0) {
      --plan.bind_passes;
    } else if (plan.bind_fails > 0) {
      --plan.bind_fails;
      errno = EADDRINUSE;
      return -1;
    }
  }
  return __real_bind(socket, address, size);
}

ssize_t __wrap_recvmsg(int socket, msghdr* message, int flags) {
  auto& plan = the_plan();
  if (!is_watched(socket, plan.client_port)) return __real_recvmsg(socket, message, flags);
  return wingmq::test::read(plan, socket, message, flags);
}

ssize_t __wrap_sendmsg(int socket, const msghdr* message, int flags) {
  auto& plan = the_plan();
  if (!is_watched(socket, plan.client_port)) return __real_sendmsg(socket, message, flags);
  return wingmq::test::write(plan, socket, message, flags);
}

ssize_t __wrap_recv(int socket, void* data, size_t size, int flags) {
  iovec part{data, size};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  return __wrap_recvmsg(socket, &message, flags);
}

ssize_t __wrap_send(int socket, const void* data, size_t size, int flags) {
  iovec part{const_cast<void*>(data), size};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  return __wrap_sendmsg(socket, &message, flags);
}
}
// NOLINTEND(bugprone-reserved-identifier)

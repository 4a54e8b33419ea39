#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace wingmq::test {

/// How a system call on a watched connection fails, and what becomes of the ones after it.
enum class SocketFault : std::uint8_t {
  kNone,
  kReadReset,   ///< a read fails, and everything from then on: the connection broke
  kReadEnd,     ///< a read finds the end, and so does every later one; writes go on: the peer has nothing more to say
  kWriteReset,  ///< a write fails, and everything from then on
  kWriteCut,    ///< a write takes one byte, then everything fails: half a reply left
  kWriteStall,  ///< a write takes nothing, and so does every later one: the peer does not read
};

/// Makes the server's system calls on one connection fail, and records what they carried. The test program is linked so that
/// bind, recv, recvmsg, send and sendmsg of the whole program come here first (tests/CMakeLists.txt): the server under test is the
/// one that ships. Safe for concurrent use; one plan at a time.
class SocketFaults {
 public:
  /// Begins anew: the server's end of the connection from `client_port` fails with `fault` in its n-th (from 0) read or write.
  /// Call it before that connection says anything.
  static void plan(std::uint16_t client_port, SocketFault fault, std::size_t nth);
  /// From now on `passes` calls of bind() pass, and then `fails` of them find the port taken. In the whole program.
  static void plan_binds(std::size_t passes, std::size_t fails);
  /// Lets everything pass again.
  static void clear();
  /// Whether the fault came to pass.
  [[nodiscard]] static bool hit();
  /// Bytes that the server has taken from the connection.
  [[nodiscard]] static std::size_t bytes_read();
  /// What the server has handed to the connection.
  [[nodiscard]] static std::string written();
};

}  // namespace wingmq::test

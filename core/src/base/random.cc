#include "wingmq/random.h"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace wingmq {

std::uint64_t SystemRandom::next() {
  // One system call for 64 numbers; a store for each thread needs no lock.
  static constexpr std::size_t kStored = 64;
  thread_local std::array<std::uint64_t, kStored> stored;
  thread_local std::size_t used = kStored;
  if (used == kStored) {
    if (::getrandom(stored.data(), sizeof(stored), 0) != static_cast<ssize_t>(sizeof(stored))) {
      throw std::system_error(errno, std::generic_category(), "getrandom");
    }
    used = 0;
  }
  return stored[used++];
}

}  // namespace wingmq

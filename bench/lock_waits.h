#pragma once

#include <cstdint>

namespace wingmq::bench {

/// How often this thread has found a mutex or a shared mutex taken and had to wait for it. Linking lock_waits.cc puts itself in
/// front of the system's lock functions for the whole program.
[[nodiscard]] std::uint64_t lock_waits() noexcept;

}  // namespace wingmq::bench

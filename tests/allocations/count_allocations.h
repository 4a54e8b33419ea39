#pragma once

#include <cstdint>

namespace wingmq::test {

/// How often this thread has asked for memory with operator new, since it began. Linking count_allocations.cc replaces the
/// operators of the whole program.
[[nodiscard]] std::uint64_t allocations() noexcept;

}  // namespace wingmq::test

#pragma once

#include <cstddef>

namespace wingmq::net {

// Text that stands for itself in a JSON string: all but quotes, backslashes and control characters (RFC 8259, 7). Both functions
// look at 64 bytes at once where the processor has AVX2, which they find out at run time, and at 16 on every other x86-64.

/// The first byte of [at, end) that does not stand for itself, or `end`.
[[nodiscard]] const char* plain_end(const char* at, const char* end) noexcept;

/// Copies [at, plain_end(at, end)) to `out` and returns how many bytes that was. Behind them it may write as far as all of
/// [at, end) would have come.
[[nodiscard]] std::size_t copy_plain(const char* at, const char* end, char* out) noexcept;

}  // namespace wingmq::net

#pragma once

namespace wingmq::net {

#ifdef __x86_64__
/// Whether the processor has AVX2, and with it SSSE3 and POPCNT. False until it is set: what runs before that takes the way that
/// every x86-64 can go.
inline const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
#endif

}  // namespace wingmq::net

#pragma once

#include <cstddef>
#include <cstdint>

namespace wingmq::net {

/// One text's place in a kernel: its state (RFC 1321, 3.3) and where its next blocks lie.
struct Md5Lane {
  std::uint32_t state[4];
  const unsigned char* data;
};

/// Works `blocks` blocks of 64 bytes into each of its lanes' states. The lanes' data does not move on.
using Md5Kernel = void (*)(Md5Lane* lanes, std::size_t blocks);

/// The kernels of one instruction set, by the number of their lanes.
struct Md5Kernels {
  Md5Kernel one;
  Md5Kernel four;
  Md5Kernel eight;
  Md5Kernel sixteen;
};

/// Runs on every processor.
extern const Md5Kernels kMd5Portable;
#ifdef __x86_64__
extern const Md5Kernels kMd5Avx2;
extern const Md5Kernels kMd5Avx512;  ///< AVX-512 F and VL
#endif

}  // namespace wingmq::net

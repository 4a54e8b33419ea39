// Compiled for AVX-512 F and VL (CMakeLists.txt): entered only where the processor has them.
#include "access/md5_rounds.h"

namespace wingmq::net {

const Md5Kernels kMd5Avx512{.one = md5_run<std::uint32_t>,
                           .four = md5_run<Md5Words4>,
                           .eight = md5_run<Md5Words8>,
                           .sixteen = md5_run<Md5Words16>};

}  // namespace wingmq::net

// Compiled for AVX2 (CMakeLists.txt): entered only where the processor has it.
#include "access/md5_rounds.h"

namespace wingmq::net {

const Md5Kernels kMd5Avx2{.one = md5_run<std::uint32_t>,
                           .four = md5_run<Md5Words4>,
                           .eight = md5_run<Md5Words8>,
                           .sixteen = md5_run_in_groups<Md5Words8, 16>};

}  // namespace wingmq::net

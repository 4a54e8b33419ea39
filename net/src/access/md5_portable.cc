#include "access/md5_rounds.h"

namespace wingmq::net {

const Md5Kernels kMd5Portable{.one = md5_run<std::uint32_t>,
                           .four = md5_run<Md5Words4>,
                           .eight = md5_run_in_groups<Md5Words4, 8>,
                           .sixteen = md5_run_in_groups<Md5Words4, 16>};

}  // namespace wingmq::net

#pragma once

#include <string>

namespace wingmq::net {

/// Why a request cannot be served, below the operations: for Service::http_fault().
struct HttpFault {
  unsigned status = 400;
  std::string detail;
};

}  // namespace wingmq::net

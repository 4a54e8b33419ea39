#include "http/worker.h"

namespace wingmq::net {

std::string_view Worker::date() {
  const std::time_t now = std::time(nullptr);
  if (now != date_second_) {
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    date_bytes_ = std::strftime(date_.data(), date_.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    date_second_ = now;
  }
  return {date_.data(), date_bytes_};
}

}  // namespace wingmq::net

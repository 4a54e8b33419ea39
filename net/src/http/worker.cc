#include "http/worker.h"

#include <exception>
#include <string>

namespace wingmq::net {

void Worker::run() {
  while (true) {
    try {
      context.run();
      return;
    } catch (const std::exception& error) {
      complain(error);
    }
  }
}

void Worker::log_debug(const std::function<std::string()>& line) const {
  if (options.log) options.log(LogLevel::kDebug, line());
}

/// Memory may be what is missing: then there is no line.
void Worker::complain(const std::exception& error) const noexcept {
  try {
    if (options.log) options.log(LogLevel::kError, std::string("a connection was given up: ") + error.what());
  } catch (const std::exception&) {
    return;
  }
}

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

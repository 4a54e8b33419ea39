#include "log.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <memory>
#include <string>

namespace wingmq::tools {
namespace {

spdlog::level::level_enum level_of(net::LogLevel level) {
  switch (level) {
    case net::LogLevel::kDebug: return spdlog::level::debug;
    case net::LogLevel::kInfo: return spdlog::level::info;
    case net::LogLevel::kWarning: return spdlog::level::warn;
    case net::LogLevel::kError: return spdlog::level::err;
  }
  return spdlog::level::info;
}

/// Whether lines are JSON objects: as much a part of the process as the logger.
bool& writes_json() {
  static bool json = false;
  return json;
}

std::string quoted(std::string_view text) { return boost::json::serialize(boost::json::string_view(text.data(), text.size())); }

/// What a client sent, fit for a line: visible ASCII, and not too much of it.
std::string printable(std::string_view text) {
  constexpr std::size_t kMax = 200;
  std::string line;
  for (const char c : text.substr(0, kMax)) {
    const auto byte = static_cast<unsigned char>(c);
    line += byte > 0x20 && byte < 0x7f ? std::string(1, c) : fmt::format("\\x{:02x}", byte);
  }
  if (text.size() > kMax) line += "...";
  return line.empty() ? "-" : line;
}

}  // namespace

void start_log(net::LogLevel level, LogFormat format) {
  auto logger = std::make_shared<spdlog::logger>("wingmq", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  writes_json() = format == LogFormat::kJson;
  logger->set_pattern(writes_json() ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})" : "%Y-%m-%dT%H:%M:%S.%eZ %l %v",
                      spdlog::pattern_time_type::utc);
  logger->set_level(level_of(level));
  logger->flush_on(spdlog::level::debug);
  spdlog::set_default_logger(std::move(logger));
}

void write_log(net::LogLevel level, std::string_view text) {
  const std::string member = writes_json() ? "\"message\":" + quoted(text) : std::string();
  const std::string_view line = writes_json() ? std::string_view(member) : text;
  spdlog::log(level_of(level), spdlog::string_view_t(line.data(), line.size()));
}

void write_request_log(const net::ServedRequest& request) {
  const double ms = static_cast<double>(request.duration.count()) / 1000;
  const std::string method = printable(request.method);
  const std::string path = printable(request.path);
  const std::string key = printable(request.access_key);
  if (writes_json()) {
    spdlog::debug(R"("message":"request","method":{},"path":{},"status":{},"received_bytes":{},"sent_bytes":{},"ms":{:.3f},"key":{})",
                  quoted(method), quoted(path), request.status, request.received_bytes, request.sent_bytes, ms, quoted(key));
    return;
  }
  spdlog::debug("{} {} {}, {} bytes in, {} bytes out, {:.3f} ms, key {}", method, path, request.status, request.received_bytes,
                request.sent_bytes, ms, key);
}

}  // namespace wingmq::tools

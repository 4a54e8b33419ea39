#pragma once

#include <chrono>
#include <functional>
#include <istream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "load/channel.h"

namespace wingmq::tools {

/// What is asked of a server.
struct Request {
  std::string method = "GET";
  std::string path = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  std::istream* stream = nullptr;               ///< sent piece by piece instead of `body`, however long it is
  std::function<void(std::string_view)> sink = {};  ///< gets a 200's body piece by piece; Reply::body stays empty then
  std::chrono::milliseconds patience = {};      ///< how long the server may be silent; 0: as long as the client is patient
};

struct Reply {
  std::string head;
  std::string body;
  unsigned status = 0;
};

/// The server has not answered in time.
class NoReply : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Who answers requests; tests have one of their own. One thread.
class Server {
 public:
  virtual ~Server() = default;
  /// Throws std::runtime_error when there is no reply.
  [[nodiscard]] virtual Reply exchange(const Request& request) = 0;
};

/// A server somewhere; each request has a connection of its own. One thread.
class HttpClient : public Server {
 public:
  /// Throws std::runtime_error when the host is not known, or the certificates cannot be read.
  HttpClient(const load::Url& url, bool insecure, const std::string& ca_file, std::chrono::milliseconds patience)
      : target_(url, insecure, ca_file), patience_(patience) {}
  [[nodiscard]] Reply exchange(const Request& request) override;

 private:
  load::Target target_;
  std::chrono::milliseconds patience_;
};

}  // namespace wingmq::tools

#pragma once

#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/http_client.h"
#include "client/table.h"
#include "exit_code.h"

namespace wingmq::tools {

/// What the command line says cannot be done; nothing was asked of the server.
class BadOption : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Who talks to a server, and how.
struct Speaker {
  std::string url;
  std::string access_key;
  std::string secret_key;
  std::string admin_token;
  std::string language;
};

/// One run of a command: a server, as control plane and as message queue, and where what it says is printed. What a server refuses
/// is thrown as Refused, a missing reply as std::runtime_error. One thread.
class Session {
 public:
  /// `json`: for programs, as it came.
  Session(Server& server, Speaker speaker, bool json) : server_(server), speaker_(std::move(speaker)), json_(json) {}

  /// A reply of the control plane to a call without or with a body, a JSON object.
  [[nodiscard]] Reply get(std::string path) { return control({.path = std::move(path)}); }
  [[nodiscard]] Reply post(std::string path, std::string body = {});
  [[nodiscard]] Reply remove(std::string path) { return control({.method = "DELETE", .path = std::move(path)}); }
  /// The same for a request of any form; a status in `expected` is no refusal.
  [[nodiscard]] Reply control(Request request, std::initializer_list<unsigned> expected = {});

  /// The reply's body of an operation, which is signed when there is a secret. Parameters stand in the order in which they are signed.
  [[nodiscard]] std::string operation(std::string name, std::vector<std::pair<std::string, std::string>> parameters,
                                      std::chrono::milliseconds patience = {});

  [[nodiscard]] const std::string& access_key() const { return speaker_.access_key; }
  [[nodiscard]] bool json() const { return json_; }
  [[nodiscard]] Look look() const { return look_; }
  /// Prints a reply's body for programs: on one line, or indented on a terminal.
  [[nodiscard]] ExitCode print_json(std::string_view body) const;

 private:
  Server& server_;
  Speaker speaker_;
  bool json_;
  Look look_ = look_of_output();
};

/// A name as a part of a path or of a query.
[[nodiscard]] std::string percent_encoded(std::string_view text);

/// A path with those of the parameters that are not empty.
[[nodiscard]] std::string with_query(std::string path, const std::vector<std::pair<std::string, std::string>>& parameters);

}  // namespace wingmq::tools

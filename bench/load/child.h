#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>

#include "load/options.h"

namespace wingmq::load {

/// A server that the bench starts beside itself and stops when the object goes. It ends by itself should the bench be
/// killed, since its standard input closes. Signals from the terminal do not reach it.
class Child {
 public:
  /// `wingmq serve` on a free port of 127.0.0.1, from this very program, fit for the options. Throws std::runtime_error
  /// when it does not come up.
  [[nodiscard]] static std::unique_ptr<Child> serve(const Options& options);
  /// A RawServer. Call it while this process has no other thread.
  [[nodiscard]] static std::unique_ptr<Child> raw(unsigned threads);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  Child() = default;

  pid_t pid_ = -1;
  int input_ = -1;  // its standard input
  std::uint16_t port_ = 0;
};

}  // namespace wingmq::load

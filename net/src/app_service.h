#pragma once

#include <boost/asio/io_context.hpp>

#include "access/digest_queue.h"
#include "app.h"
#include "http/service.h"

namespace wingmq::net {

/// The App as one worker's sessions see it: with the digests that are made side by side on that worker's loop.
class AppService final : public Service {
 public:
  /// Both must outlive the service.
  AppService(App& app, boost::asio::io_context& context) : app_(app), context_(context), digests_(context) {}

  [[nodiscard]] std::unique_ptr<Exchange> open(std::function<void()> wake) override;
  [[nodiscard]] std::optional<Reply> refuse_body(const Request& request, std::size_t bytes) override {
    return app_.refuse_body(request, bytes);
  }
  [[nodiscard]] Reply http_fault(unsigned status, const Request* request, std::string_view detail) override {
    return app_.http_fault(status, request, detail);
  }
  [[nodiscard]] std::string_view caller_of(const Request& request) const override { return app_.caller_of(request); }

 private:
  class AppExchange;

  App& app_;
  boost::asio::io_context& context_;
  DigestQueue digests_;
};

}  // namespace wingmq::net

#include "app_service.h"

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

namespace wingmq::net {

class AppService::AppExchange final : public Exchange {
 public:
  AppExchange(AppService& service, std::function<void()> wake) : service_(service), app_(service.app_), pending_(std::move(wake)) {}

  bool prepare(const Request& request, std::function<void()> ready) override {
    text_ = app_.begin(request, pending_);
    if (text_ != nullptr) service_.digests_.add(*text_, std::move(ready));
    return text_ != nullptr;
  }
  void forget() noexcept override { service_.digests_.remove(*text_); }
  std::optional<Reply> handle(Request request) override { return timed(app_.handle(std::move(request), pending_)); }
  bool parked() const noexcept override { return pending_.parked(); }
  std::optional<Reply> finish() override { return timed(app_.finish(pending_)); }
  bool cancel() override {
    const bool taken_back = app_.cancel(pending_);
    if (taken_back) alarm_.reset();
    return taken_back;
  }
  void abandon() override { app_.abandon(pending_); }

 private:
  /// Rings a call that has no patience any more; lives until it has an answer.
  class Alarm {
   public:
    Alarm(boost::asio::io_context& context, AppExchange& owner) : timer_(context), owner_(std::make_shared<AppExchange*>(&owner)) {}
    Alarm(const Alarm&) = delete;
    Alarm& operator=(const Alarm&) = delete;
    ~Alarm() { *owner_ = nullptr; }  // its handler may be on its way

    void set(std::chrono::milliseconds span) {
      timer_.expires_after(span);
      timer_.async_wait([owner = owner_](const boost::system::error_code& error) {
        if (!error && *owner != nullptr) (*owner)->app_.ring((*owner)->pending_);
      });
    }

   private:
    boost::asio::steady_timer timer_;
    const std::shared_ptr<AppExchange*> owner_;
  };

  std::optional<Reply> timed(std::optional<Reply> reply) {
    if (reply) {
      alarm_.reset();
    } else if (const auto patience = pending_.take_patience()) {
      set_alarm(*patience);
    }
    return reply;
  }

  /// The engine has the call, so this must not fail: without the memory for a timer its patience is over at once.
  void set_alarm(std::chrono::milliseconds span) noexcept {
    try {
      alarm_.emplace(service_.context_, *this).set(span);
    } catch (const std::exception&) {
      alarm_.reset();
      app_.ring(pending_);
    }
  }

  AppService& service_;
  App& app_;
  PendingCall pending_;
  Md5Text* text_ = nullptr;  // that handle() needs digested
  std::optional<Alarm> alarm_;
};

std::unique_ptr<Exchange> AppService::open(std::function<void()> wake) {
  return std::make_unique<AppExchange>(*this, std::move(wake));
}

}  // namespace wingmq::net

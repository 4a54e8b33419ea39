#include "app_service.h"

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
  std::optional<Reply> handle(Request request) override { return app_.handle(std::move(request), pending_); }
  bool parked() const noexcept override { return pending_.parked(); }
  std::optional<Reply> finish() override { return app_.finish(pending_); }
  bool cancel() override { return app_.cancel(pending_); }
  void abandon() override { app_.abandon(pending_); }

 private:
  AppService& service_;
  App& app_;
  PendingCall pending_;
  Md5Text* text_ = nullptr;  // that handle() needs digested
};

std::unique_ptr<Exchange> AppService::open(std::function<void()> wake) {
  return std::make_unique<AppExchange>(*this, std::move(wake));
}

}  // namespace wingmq::net

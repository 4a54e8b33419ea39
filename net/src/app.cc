#include "app.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>

#include "access/auth.h"
#include "access/browser_guard.h"
#include "control/admin.h"
#include "control/admin_token.h"
#include "control/metrics.h"
#include "control/start_page.h"
#include "operations/deviations.h"
#include "operations/error_map.h"
#include "operations/handlers.h"
#include "operations/router.h"
#include "operations/signed_values.h"
#include "text/escape.h"
#include "text/language.h"
#include "text/text.h"

namespace wingmq::net {

struct ParkedCall::Context : ConsumeContext {};

void ParkedCall::on_done(Result<Delivery> outcome) {
  outcome_ = std::move(outcome);
  wake_();
}

namespace {

Reply done(std::string body) {
  Reply reply;
  reply.body = std::move(body);
  return reply;
}

Fault fault_of_status(unsigned status) {
  switch (status) {
    case 404: return Fault::kNoSuchPath;
    case 408: return Fault::kRequestTimeout;
    case 411: return Fault::kLengthRequired;
    case 413: return Fault::kBodyTooLarge;
    case 431: return Fault::kHeaderTooLarge;
    case 503: return Fault::kTooManyConnections;
    default: return Fault::kBadHttp;
  }
}

/// Tells, outside production, what is wrong with the call's signature, and where there is more about it.
Reply with_reason(Reply reply, const ConsumeContext& context) {
  if (!context.signature_fault.empty()) reply.headers.emplace_back("X-WingMQ-Reason", context.signature_fault);
  if (!context.hint.empty()) reply.headers.emplace_back("X-WingMQ-Hint", context.hint);
  if (!context.explained_at.empty()) reply.headers.emplace_back("X-WingMQ-Explain", context.explained_at);
  return reply;
}

/// Bodies from here on are digested side by side with others; for less, waiting for the loop's next turn costs more than it saves.
constexpr std::size_t kSideBySideFrom = std::size_t{16} << 10;

Time wall_time() { return std::chrono::floor<Millis>(std::chrono::system_clock::now()); }

/// What is not an operation tells of every tenant, or is a page: under this machine's names alone, but for health, which anybody may
/// ask, and the root for who wants no page, where nothing is.
bool is_for_own_names(const Request& request) {
  const auto path = request.path();
  return (path == "/" && wants_html(request)) || path == "/metrics" || path == "/__admin" || path.starts_with("/__admin/");
}

AdminError refusal_of(const ForeignRequest& foreign) {
  if (foreign.kind == ForeignRequest::Kind::kOrigin) {
    return {.status = 403,
            .error = fmt::format("a page of another site asks: its Origin is {}", shown(foreign.given)),
            .hint = "Pages are served when their Origin is the host and port of Host."};
  }
  return {.status = 403,
          .error = foreign.given.empty() ? "the request has no Host"
                                         : fmt::format("the Host {} is no name of this machine", shown(foreign.given)),
          .hint = "Use localhost, 127.0.0.1, [::1] or the address that you connect to; the server's option --allow-host NAME allows a "
                  "name, whatever the port."};
}

bool is_watching(std::string_view method) { return method == "GET" || method == "HEAD"; }

}  // namespace

class App::Impl {
 public:
  Impl(Broker& broker, const ServerOptions& options)
      : broker_(broker),
        auth_(options, {wall_time, [&broker] { return broker.clock().now(); }}, read_signed_values),
        explain_(options.explain_signatures),
        language_(options.language),
        handles_(options.handles),
        batch_messages_max_(options.limits.batch_messages_max),
        log_(options.log),
        admin_access_(options.admin),
        metrics_(options.metrics),
        admin_token_(options.admin_token),
        guard_(options.allowed_hosts),
        admin_(broker, deviations_, explained_, options) {}

  Md5Text* begin(const Request& request, ParkedCall& parked);
  std::optional<Reply> handle(Request& request, ParkedCall& parked);
  Reply finish(ParkedCall& parked);
  bool cancel(ParkedCall& parked) { return broker_.cancel(parked); }
  void abandon(ParkedCall& parked);
  std::optional<Reply> refuse_body(const Request& request, std::size_t bytes);

  [[nodiscard]] Language language_of(const Request& request) const { return net::language_of(request, language_); }
  [[nodiscard]] Reply http_fault(unsigned status, const Request* request, std::string_view detail) const;
  [[nodiscard]] std::string_view caller_of(const Request& request) const;

  void set_credentials(const std::vector<Credential>& credentials) { auth_.replace(credentials); }
  void begin_shutdown() noexcept { stopping_.store(true, std::memory_order_release); }
  void set_not_ready(std::string reason) {
    const std::scoped_lock lock(mutex_);
    not_ready_ = std::move(reason);
  }

 private:
  std::optional<Reply> run(const Operation& operation, Request& request, ParkedCall& parked);
  void explain(const Authenticator::Verdict& verdict, const Operation& operation, ConsumeContext& context);
  std::optional<Reply> run_for(Caller caller, const Operation& operation, Request& request, ParkedCall& parked);
  std::optional<Reply> watch(const Request& request) const;
  Reply readiness() const;
  Reply read_metrics(const Request& request) const;
  Reply control(const Request& request);
  Reply answer(Answer answer, Language language);
  Reply refuse_call(const Refusal& refusal, Language language);
  Refusal internal_error(std::string_view where, std::string_view what);

  Broker& broker_;
  Authenticator auth_;
  const bool explain_;  // tell callers why a signature is wrong, and what id a name stands for
  const Language language_;  // of refusals, where the caller has no wish
  const HandleFormat handles_;
  const std::uint32_t batch_messages_max_;
  const std::function<void(LogLevel, std::string_view)> log_;
  const AdminAccess admin_access_;
  const MetricsAccess metrics_;
  const std::string admin_token_;
  const BrowserGuard guard_;
  Deviations deviations_;
  ExplainedRequests explained_;
  Admin admin_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> internal_errors_{0};
  mutable std::mutex mutex_;
  std::string not_ready_ = "starting";  // guarded by mutex_
};

Md5Text* App::Impl::begin(const Request& request, ParkedCall& parked) {
  parked.check_.reset();
  if (request.body.size() < kSideBySideFrom) return nullptr;
  const Operation* operation = find_operation(request.path());
  if (operation == nullptr || request.method != to_string(operation->method)) return nullptr;
  parked.check_ = auth_.begin(request, *operation);
  return parked.check_->text();
}

/// Path, then method, then state, then parameters: the order in which API.md 1 lets a call fail.
std::optional<Reply> App::Impl::handle(Request& request, ParkedCall& parked) {
  parked.context_.reset();
  const auto path = request.path();
  const Operation* operation = find_operation(path);
  if (const auto foreign = guard_.check(request, operation == nullptr && is_for_own_names(request))) {
    if (operation == nullptr) return reply_with(refusal_of(*foreign));
    const bool host = foreign->kind == ForeignRequest::Kind::kHost;
    return refuse_call({.fault = host ? Fault::kForeignHost : Fault::kForeignOrigin, .given = shown(foreign->given)},
                       language_of(request));
  }
  if (operation == nullptr) {
    if (path == "/__admin" || path.starts_with("/__admin/")) return control(request);
    if (auto reply = watch(request)) return reply;
    return refuse_call({.fault = Fault::kNoSuchPath, .given = shown(path)}, language_of(request));
  }
  if (request.method != to_string(operation->method)) {
    return refuse_call({.fault = Fault::kWrongMethod,
                        .name = std::string(operation->name),
                        .given = std::string(to_string(operation->method))},
                       language_of(request));
  }
  if (stopping_.load(std::memory_order_acquire)) return refuse_call({.fault = Fault::kShuttingDown}, language_of(request));
  return run(*operation, request, parked);
}

std::optional<Reply> App::Impl::run(const Operation& operation, Request& request, ParkedCall& parked) {
  const Language language = language_of(request);
  auto check = std::exchange(parked.check_, std::nullopt);
  auto verdict = auth_.finish(check ? std::move(*check) : auth_.begin(request, operation), request, operation);
  for (const std::uint8_t decision : verdict.decisions) deviations_.hit(decision);
  parked.outcome_.reset();
  parked.context_ = std::make_shared<ParkedCall::Context>();
  parked.context_->language = language;
  explain(verdict, operation, *parked.context_);
  if (verdict.refusal) return with_reason(refuse_call(refusal_of(*verdict.refusal, request, operation), language), *parked.context_);
  auto reply = run_for(std::move(verdict.caller), operation, request, parked);
  if (reply) return with_reason(std::move(*reply), *parked.context_);
  return std::nullopt;
}

void App::Impl::explain(const Authenticator::Verdict& verdict, const Operation& operation, ConsumeContext& context) {
  if (verdict.fault == SignatureFault::kNone || !explain_) return;
  context.signature_fault = fmt::format("{}; {}", to_string(verdict.fault), verdict.detail);
  if (!verdict.explanation || admin_access_ == AdminAccess::kOff) return;
  const auto now = wall_time();
  context.explained_at = "/__admin/requests/" + explained_.add(now, operation.name, to_string(verdict.fault), verdict.detail,
                                                              *verdict.explanation);
}

std::optional<Reply> App::Impl::run_for(Caller caller, const Operation& operation, Request& request,
                                        ParkedCall& parked) {
  const Language language = parked.context_->language;
  Call call{.broker = broker_,
            .handles = handles_,
            .batch_messages_max = batch_messages_max_,
            .hints = explain_,
            .request = request,
            .context = *parked.context_,
            .waiter = parked,
            .caller = std::move(caller)};
  Outcome outcome;
  try {
    outcome = operation.run(call);
  } catch (const std::exception& error) {
    abandon(parked);
    outcome = std::unexpected(internal_error(operation.name, error.what()));
  }
  call.findings.count(deviations_);
  if (!outcome) return std::nullopt;
  return answer(std::move(*outcome), language);
}

Reply App::Impl::answer(Answer answer, Language language) {
  if (answer) return done(std::move(*answer));
  return refuse_call(answer.error(), language);
}

Reply App::Impl::refuse_call(const Refusal& refusal, Language language) {
  deviations_.hit(10);
  return refuse(refusal, language);
}

Refusal App::Impl::internal_error(std::string_view where, std::string_view what) {
  const auto number = fmt::format("{:x}-{}", broker_.clock().now().time_since_epoch().count(),
                                  internal_errors_.fetch_add(1, std::memory_order_relaxed) + 1);
  if (log_) log_(LogLevel::kError, fmt::format("internal error {} in {}: {}", number, where, what));
  return {.fault = Fault::kInternal, .given = number};
}

Reply App::Impl::finish(ParkedCall& parked) {
  ConsumeContext& context = *parked.context_;
  const auto outcome = std::exchange(parked.outcome_, std::nullopt);
  try {
    return with_reason(answer(answer_consume(*outcome, context), context.language), context);
  } catch (const std::exception& error) {
    abandon(parked);
    return refuse_call(internal_error("a consume that waited", error.what()), context.language);
  }
}

void App::Impl::abandon(ParkedCall& parked) {
  const auto outcome = std::exchange(parked.outcome_, std::nullopt);
  if (!parked.context_) return;
  ConsumeContext& context = *parked.context_;
  const Delivery receipt = std::exchange(context.receipt, {});
  const Delivery& received = outcome && *outcome ? **outcome : receipt;
  if (!received.empty()) broker_.give_back(context.project, context.group, received);
}

std::optional<Reply> App::Impl::refuse_body(const Request& request, std::size_t bytes) {
  // Only a send's body stays. Others are read and gone, and confirmations are what makes room again: they may use a reserve.
  const Operation* operation = find_operation(request.path());
  const bool stays = operation != nullptr && operation->run == send_messages;
  const auto room = broker_.make_room(bytes, stays ? 0 : broker_.memory().limit() / 16);
  if (room) return std::nullopt;
  return refuse_call(refusal_of(room.error()), language_of(request));
}

/// The calls that watch the process (server.md): no key, no parameters.
std::optional<Reply> App::Impl::watch(const Request& request) const {
  const auto path = request.path();
  if (!is_watching(request.method)) return std::nullopt;
  if (path == "/livez") return done(R"({"status":"ok"})");
  if (path == "/readyz") return readiness();
  if (path == "/metrics") return read_metrics(request);
  if (path == "/" && wants_html(request)) return start_page(admin_access_);
  return std::nullopt;
}

Reply App::Impl::read_metrics(const Request& request) const {
  if (metrics_ == MetricsAccess::kToken) {
    if (admin_token_.empty()) {
      return reply_with(AdminError{.status = 403,
                                   .error = "the metrics are for the holder of a token, and there is none",
                                   .hint = "Start the server with --admin-token TOKEN, or with --metrics open."});
    }
    if (auto passed = check_token(request, admin_token_, "metrics endpoint"); !passed) return reply_with(std::move(passed.error()));
  }
  return metrics(broker_, deviations_, auth_);
}

/// The control plane; a browser gets a page for the list of its calls.
Reply App::Impl::control(const Request& request) {
  Reply reply = admin_.handle(request);
  const auto path = request.path();
  const bool list = path == "/__admin" || path == "/__admin/";
  return list && reply.status == 200 && wants_html(request) ? start_page(admin_access_) : reply;
}

Reply App::Impl::readiness() const {
  std::string reason;
  {
    const std::scoped_lock lock(mutex_);
    reason = not_ready_;
  }
  if (stopping_.load(std::memory_order_acquire)) reason = "stopping";
  if (reason.empty()) return done(R"({"status":"ok"})");
  Reply reply;
  reply.status = 503;
  reply.body = R"({"status":"not ready","reason":)";
  append_quoted(reply.body, reason);
  reply.body += '}';
  return reply;
}

Reply App::Impl::http_fault(unsigned status, const Request* request, std::string_view detail) const {
  const Language language = request == nullptr ? language_ : language_of(*request);
  Refusal refusal{.fault = fault_of_status(status)};
  if (!detail.empty()) refusal.given = refusal.fault == Fault::kNoSuchPath ? shown(detail) : fmt::format(" ({})", detail);
  return refuse(refusal, language, status);
}

std::string_view App::Impl::caller_of(const Request& request) const {
  const Header* key = request.find_header("accessKey");
  return key == nullptr || auth_.is_secret(key->value) ? std::string_view() : key->value;
}

App::App(Broker& broker, const ServerOptions& options) : impl_(std::make_unique<Impl>(broker, options)) {}
App::~App() = default;

Md5Text* App::begin(const Request& request, ParkedCall& parked) { return impl_->begin(request, parked); }
std::optional<Reply> App::handle(Request request, ParkedCall& parked) { return impl_->handle(request, parked); }
Reply App::finish(ParkedCall& parked) { return impl_->finish(parked); }
bool App::cancel(ParkedCall& parked) { return impl_->cancel(parked); }
void App::abandon(ParkedCall& parked) { impl_->abandon(parked); }

std::optional<Reply> App::refuse_body(const Request& request, std::size_t bytes) {
  return impl_->refuse_body(request, bytes);
}

Reply App::http_fault(unsigned status, const Request* request, std::string_view detail) const {
  return impl_->http_fault(status, request, detail);
}
std::string_view App::caller_of(const Request& request) const { return impl_->caller_of(request); }

void App::set_credentials(const std::vector<Credential>& credentials) { impl_->set_credentials(credentials); }
void App::begin_shutdown() noexcept { impl_->begin_shutdown(); }
void App::set_not_ready(std::string reason) { impl_->set_not_ready(std::move(reason)); }

}  // namespace wingmq::net

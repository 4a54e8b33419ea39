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
#include "control/fault_rules.h"
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
#include "wingmq/net/history.h"

namespace wingmq::net {

void PendingCall::on_settled(Settled outcome) {
  settled_ = std::move(outcome);
  wake_();
}

void PendingCall::on_held_back() { deviations_->hit(19); }

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
Reply with_reason(Reply reply, const CallContext& context) {
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

AdminError foreign_refusal(const ForeignRequest& foreign) {
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

/// Rules that are wrong were refused when they were read; without them there is nothing to break.
std::optional<FaultRules> make_faults(Engine& engine, const ServerOptions& options) {
  if (!options.faults) return std::nullopt;
  auto rules = read_fault_rules(options.fault_rules);
  return std::optional<FaultRules>(std::in_place, engine, rules ? std::move(*rules) : std::vector<FaultRule>(), options.seed);
}

bool is_watching(std::string_view method) { return method == "GET" || method == "HEAD"; }

}  // namespace

class App::Impl {
 public:
  Impl(Engine& engine, const ServerOptions& options)
      : engine_(engine),
        auth_(options, {wall_time, [&engine] { return engine.clock().now(); }}, read_signed_values),
        explain_(options.explain_signatures),
        language_(options.language),
        handles_(options.handles),
        batch_messages_max_(options.limits.batch_messages_max),
        log_(options.log),
        admin_access_(options.admin),
        metrics_(options.metrics),
        admin_token_(options.admin_token),
        guard_(options.allowed_hosts),
        journal_(options.journal),
        events_(options.history != nullptr ? &options.history->log() : nullptr),
        faults_(make_faults(engine, options)),
        admin_(engine, deviations_, explained_, journal_, faults_ ? &*faults_ : nullptr, options) {}

  Md5Text* begin(const Request& request, PendingCall& pending);
  std::optional<Reply> handle(Request& request, PendingCall& pending);
  std::optional<Reply> finish(PendingCall& pending);
  void ring(PendingCall& pending);
  bool cancel(PendingCall& pending);
  void abandon(PendingCall& pending);
  std::optional<Reply> refuse_body(const Request& request, std::size_t bytes);

  [[nodiscard]] Language language_of(const Request& request) const { return net::language_of(request, language_); }
  [[nodiscard]] Reply http_fault(unsigned status, const Request* request, std::string_view detail) const;
  [[nodiscard]] std::string_view caller_of(const Request& request) const;

  void set_credentials(const std::vector<Credential>& credentials) { auth_.replace(credentials); }
  void restart_tests() {
    deviations_.clear();
    if (faults_) faults_->restart();
    journal_.clear();
    if (events_ != nullptr) events_->clear();
  }
  void begin_shutdown() noexcept { stopping_.store(true, std::memory_order_release); }
  void set_not_ready(std::string reason) {
    const std::scoped_lock lock(mutex_);
    not_ready_ = std::move(reason);
  }

 private:
  std::optional<Reply> answer(const Operation* operation, Request& request, PendingCall& pending);
  std::optional<Reply> noted(std::optional<Reply> reply, PendingCall& pending);
  std::optional<Reply> go_on(PendingCall& pending);
  std::optional<Reply> run(const Operation& operation, Request& request, PendingCall& pending);
  void explain(const Authenticator::Verdict& verdict, const Operation& operation, CallContext& context);
  std::optional<Reply> run_for(Caller caller, const Operation& operation, Request& request, PendingCall& pending);
  template <typename Step>
  Outcome take_step(Step step, std::string_view where, PendingCall& pending);
  std::optional<Reply> reply_of(Outcome outcome, PendingCall& pending);
  std::optional<Reply> broken(Reply reply, PendingCall& pending);
  std::optional<Reply> watch(const Request& request) const;
  Reply readiness() const;
  Reply read_metrics(const Request& request) const;
  std::optional<Reply> control(const Request& request, PendingCall& pending);
  Reply refuse_call(const Refusal& refusal, Language language);
  Refusal internal_error(std::string_view where, std::string_view what);

  Engine& engine_;
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
  Journal journal_;
  EventLog* const events_;  // nullptr: nobody wants to know
  std::optional<FaultRules> faults_;  // only where tests may break things
  Admin admin_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> internal_errors_{0};
  mutable std::mutex mutex_;
  std::string not_ready_ = "starting";  // guarded by mutex_
};

Md5Text* App::Impl::begin(const Request& request, PendingCall& pending) {
  pending.check_.reset();
  if (request.body.size() < kSideBySideFrom) return nullptr;
  const Operation* operation = find_operation(request.path());
  if (operation == nullptr || request.method != to_string(operation->method)) return nullptr;
  pending.check_ = auth_.begin(request, *operation);
  return pending.check_->text();
}

std::optional<Reply> App::Impl::handle(Request& request, PendingCall& pending) {
  pending.context_.reset();
  pending.admin_.reset();
  pending.rung_ = false;
  pending.held_.reset();
  pending.draft_.reset();
  pending.noted_ = 0;
  const Operation* operation = find_operation(request.path());
  if (operation != nullptr && journal_.kept() > 0) pending.draft_ = journal_.begin(request, operation->name, caller_of(request), engine_.clock().now());
  return noted(answer(operation, request, pending), pending);
}

/// Notes a call of an operation in the journal when it has its reply.
std::optional<Reply> App::Impl::noted(std::optional<Reply> reply, PendingCall& pending) {
  if (!reply || !pending.draft_) return reply;
  const CallContext* context = pending.context_ ? &*pending.context_ : nullptr;
  pending.noted_ = journal_.add(*std::exchange(pending.draft_, std::nullopt), context, &*reply);
  return reply;
}

/// Path, then method, then state, then parameters: the order in which API.md 1 lets a call fail.
std::optional<Reply> App::Impl::answer(const Operation* operation, Request& request, PendingCall& pending) {
  const auto path = request.path();
  if (const auto foreign = guard_.check(request, operation == nullptr && is_for_own_names(request))) {
    if (operation == nullptr) return reply_with(foreign_refusal(*foreign));
    const bool host = foreign->kind == ForeignRequest::Kind::kHost;
    return refuse_call({.fault = host ? Fault::kForeignHost : Fault::kForeignOrigin, .given = shown(foreign->given)},
                       language_of(request));
  }
  if (operation == nullptr) {
    if (path == "/__admin" || path.starts_with("/__admin/")) return control(request, pending);
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
  return run(*operation, request, pending);
}

std::optional<Reply> App::Impl::run(const Operation& operation, Request& request, PendingCall& pending) {
  auto check = std::exchange(pending.check_, std::nullopt);
  auto verdict = auth_.finish(check ? std::move(*check) : auth_.begin(request, operation), request, operation);
  for (const std::uint8_t decision : verdict.decisions) deviations_.hit(decision);
  pending.deviations_ = &deviations_;
  CallContext& context = pending.context_.emplace(engine_, static_cast<Ticket&>(pending), handles_, explain_, language_of(request));
  context.events = events_;
  if (events_ != nullptr) context.access_key = caller_of(request);
  if (events_ != nullptr && pending.draft_) context.request_id = pending.draft_->entry.id;
  explain(verdict, operation, context);
  if (!verdict.refusal) return run_for(std::move(verdict.caller), operation, request, pending);
  return with_reason(refuse_call(refusal_of(*verdict.refusal, request, operation), context.language), context);
}

void App::Impl::explain(const Authenticator::Verdict& verdict, const Operation& operation, CallContext& context) {
  if (verdict.fault == SignatureFault::kNone || !explain_) return;
  context.signature_fault = fmt::format("{}; {}", to_string(verdict.fault), verdict.detail);
  if (!verdict.explanation || admin_access_ == AdminAccess::kOff) return;
  const auto now = wall_time();
  context.explained_at = "/__admin/requests/" + explained_.add(now, operation.name, to_string(verdict.fault), verdict.detail,
                                                              *verdict.explanation);
}

std::optional<Reply> App::Impl::run_for(Caller caller, const Operation& operation, Request& request, PendingCall& pending) {
  CallContext& context = *pending.context_;
  Call call{.batch_messages_max = batch_messages_max_,
            .request = request,
            .context = context,
            .caller = std::move(caller),
            .operation = operation.name,
            .faults = faults_ ? &*faults_ : nullptr};
  Outcome outcome = take_step([&] { return operation.run(call); }, operation.name, pending);
  context.decisions.add(call.findings.decisions());
  if (!outcome) {
    context.counted = context.decisions;
    context.counted.count(deviations_);
  }
  return reply_of(std::move(outcome), pending);
}

/// Takes a call one step on. What a step throws becomes the answer; what a consume had received by then is given back.
template <typename Step>
Outcome App::Impl::take_step(Step step, std::string_view where, PendingCall& pending) {
  try {
    return step();
  } catch (const std::exception& error) {
    abandon(pending);
    return std::unexpected(internal_error(where, error.what()));
  }
}

std::optional<Reply> App::Impl::reply_of(Outcome outcome, PendingCall& pending) {
  if (!outcome) return std::nullopt;
  CallContext& context = *pending.context_;
  context.decisions.remove(context.counted);
  context.decisions.count(deviations_);
  const Answer& answer = *outcome;
  Reply reply = with_reason(answer ? done(std::move(**outcome)) : refuse_call(answer.error(), context.language), context);
  return context.fault ? broken(std::move(reply), pending) : std::optional(std::move(reply));
}

/// The reply of a call that a test wanted to break; nullopt: it waits.
std::optional<Reply> App::Impl::broken(Reply reply, PendingCall& pending) {
  using Type = InjectedFault::Type;
  CallContext& context = *pending.context_;
  reply.headers.emplace_back("X-WingMQ-Fault", context.fault->id);
  if (context.fault->type == Type::kLoseReply) context.receipt = {};  // what it received stays leased
  reply.dropped = context.fault->type == Type::kClose || context.fault->type == Type::kLoseReply;
  if (context.fault->type != Type::kDelay) return reply;
  pending.held_ = std::move(reply);
  return std::nullopt;
}

Reply App::Impl::refuse_call(const Refusal& refusal, Language language) {
  deviations_.hit(10);
  return refuse(refusal, language);
}

Refusal App::Impl::internal_error(std::string_view where, std::string_view what) {
  const auto number = fmt::format("{:x}-{}", engine_.clock().now().time_since_epoch().count(),
                                  internal_errors_.fetch_add(1, std::memory_order_relaxed) + 1);
  if (log_) log_(LogLevel::kError, fmt::format("internal error {} in {}: {}", number, where, what));
  return {.fault = Fault::kInternal, .given = number};
}

void App::Impl::ring(PendingCall& pending) {
  if (!pending.held_ && !engine_.cancel(pending)) return;
  pending.rung_ = true;
  pending.wake_();
}

std::optional<Reply> App::Impl::finish(PendingCall& pending) { return noted(go_on(pending), pending); }

std::optional<Reply> App::Impl::go_on(PendingCall& pending) {
  const bool rung = std::exchange(pending.rung_, false);
  if (rung && pending.held_) return std::exchange(pending.held_, std::nullopt);
  if (rung) return Admin::ring(*pending.admin_);
  Settled settled = *std::exchange(pending.settled_, std::nullopt);
  if (pending.admin_) return Admin::finish(settled, *pending.admin_);
  CallContext& context = *pending.context_;
  return reply_of(take_step([&] { return context.finish(settled, context); }, "a call that waited", pending), pending);
}

bool App::Impl::cancel(PendingCall& pending) {
  if (!pending.held_ && !engine_.cancel(pending)) return false;
  if (pending.draft_) journal_.add(*std::exchange(pending.draft_, std::nullopt), pending.context_ ? &*pending.context_ : nullptr, nullptr);
  if (std::exchange(pending.held_, std::nullopt)) abandon(pending);
  return true;
}

void App::Impl::abandon(PendingCall& pending) {
  if (const auto number = std::exchange(pending.noted_, 0); number != 0) journal_.lose(number);
  const auto settled = std::exchange(pending.settled_, std::nullopt);
  if (!pending.context_) return;
  CallContext& context = *pending.context_;
  const Delivery receipt = std::exchange(context.receipt, {});
  const auto* late = settled ? std::get_if<Result<Delivery>>(&*settled) : nullptr;
  const Delivery& received = late != nullptr && *late ? **late : receipt;
  if (!received.empty()) engine_.give_back(context.project, context.group, received);
}

std::optional<Reply> App::Impl::refuse_body(const Request& request, std::size_t bytes) {
  // Only a send's body stays. Others are read and gone, and confirmations are what makes room again: they may use a reserve.
  const Operation* operation = find_operation(request.path());
  const bool stays = operation != nullptr && operation->run == send_messages;
  const auto room = engine_.make_room(bytes, stays ? 0 : engine_.memory().limit() / 16);
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
  return metrics(engine_, deviations_, auth_);
}

/// The control plane; a browser gets a page for the list of its calls.
std::optional<Reply> App::Impl::control(const Request& request, PendingCall& pending) {
  auto reply = admin_.handle(request, pending, pending.admin_);
  const auto path = request.path();
  const bool list = path == "/__admin" || path == "/__admin/";
  return list && reply && reply->status == 200 && wants_html(request) ? start_page(admin_access_) : std::move(reply);
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

App::App(Engine& engine, const ServerOptions& options) : impl_(std::make_unique<Impl>(engine, options)) {}
App::~App() = default;

Md5Text* App::begin(const Request& request, PendingCall& pending) { return impl_->begin(request, pending); }
std::optional<Reply> App::handle(Request request, PendingCall& pending) { return impl_->handle(request, pending); }
std::optional<Reply> App::finish(PendingCall& pending) { return impl_->finish(pending); }
bool App::cancel(PendingCall& pending) { return impl_->cancel(pending); }
void App::ring(PendingCall& pending) { impl_->ring(pending); }
void App::abandon(PendingCall& pending) { impl_->abandon(pending); }

std::optional<Reply> App::refuse_body(const Request& request, std::size_t bytes) {
  return impl_->refuse_body(request, bytes);
}

Reply App::http_fault(unsigned status, const Request* request, std::string_view detail) const {
  return impl_->http_fault(status, request, detail);
}
std::string_view App::caller_of(const Request& request) const { return impl_->caller_of(request); }

void App::set_credentials(const std::vector<Credential>& credentials) { impl_->set_credentials(credentials); }
void App::restart_tests() { impl_->restart_tests(); }
void App::begin_shutdown() noexcept { impl_->begin_shutdown(); }
void App::set_not_ready(std::string reason) { impl_->set_not_ready(std::move(reason)); }

}  // namespace wingmq::net

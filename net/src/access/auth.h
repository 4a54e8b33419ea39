#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/credentials.h"
#include "access/explained_requests.h"
#include "access/md5_lanes.h"
#include "access/principal.h"
#include "access/signature.h"
#include "access/signed_operation.h"
#include "http/message_io.h"
#include "wingmq/clock.h"
#include "wingmq/net/server.h"

namespace wingmq::net {

/// What is wrong with a signature, as `X-WingMQ-Reason` tells it outside production.
enum class SignatureFault : std::uint8_t { kNone, kHeader, kKey, kStaleDate, kHmac, kDigest };
inline constexpr std::size_t kSignatureFaults = 6;

/// `sig.hmac` and the like; empty for kNone.
[[nodiscard]] std::string_view to_string(SignatureFault fault);

/// Why a call may not go on, before anybody has looked at what it wants.
struct AccessRefusal {
  enum class Kind : std::uint8_t {
    kMissingHeader,
    kRepeatedHeader,
    kBadHeader,   ///< `needed` says what would be right
    kUnknownZone,  ///< the date's, which `needed` repeats
    kNotUtf8,
    kUnreadable,  ///< its parameters cannot be found, so there is nothing to compute a digest of
    kSignature,
  };
  Kind kind = Kind::kSignature;
  std::string header = {};  ///< the public header that it is about
  std::string needed = {};
};

/// Finds out who calls (API.md 2): checks the public headers, the date, the signature and the digest, as far as the mode
/// asks for it. Safe for concurrent use.
class Authenticator {
 public:
  /// The time of the outer world, and the broker's, which may have been moved (D08).
  struct Clocks {
    std::function<Time()> wall;
    std::function<Time()> broker;
  };
  Authenticator(const ServerOptions& options, Clocks clocks, ReadSignedValues read_values);

  struct Verdict {
    Caller caller;
    std::optional<AccessRefusal> refusal;  ///< the call must not go on
    SignatureFault fault = SignatureFault::kNone;  ///< also without a refusal, in mode warn
    std::string detail;              ///< in English, for whoever looks for the mistake
    std::vector<std::uint8_t> decisions;  ///< that the signature relies on (D06 to D08)
    std::optional<Explanation> explanation;  ///< of a call that was signed, and wrongly; only when the options ask for it
  };
  [[nodiscard]] Verdict check(const Request& request, const SignedOperation& operation);

  /// A check that has come as far as it can without the digest of the parameters. The request's memory must stay meanwhile.
  class Check;
  [[nodiscard]] Check begin(const Request& request, const SignedOperation& operation) const;
  /// Makes the digest, where nobody has made it, and gives the verdict.
  [[nodiscard]] Verdict finish(Check check, const Request& request, const SignedOperation& operation);

  void replace(const std::vector<Credential>& credentials) { credentials_.replace(credentials); }
  /// Whether a client that sends this as its accessKey gives a secret away.
  [[nodiscard]] bool is_secret(std::string_view access_key) const {
    return credentials_.find(access_key) == nullptr && credentials_.find_by_secret(access_key) != nullptr;
  }
  /// How often a signature was wrong in this way.
  [[nodiscard]] std::uint64_t faults(SignatureFault fault) const noexcept {
    return faults_[static_cast<std::size_t>(fault)].load(std::memory_order_relaxed);
  }

 private:
  /// The public headers, present and of the right form.
  struct Headers {
    std::string_view access_key;
    SignedHeaders signed_by;
    Time date{};
  };
  /// What the check has found so far.
  struct Finding {
    void fail(SignatureFault with, std::string why);

    SignatureFault fault = SignatureFault::kNone;
    std::optional<AccessRefusal> refusal;
    std::string detail;
    std::shared_ptr<const KeyedCredential> credential;
    std::vector<std::uint8_t> decisions;
    std::optional<Explanation> explanation;
    bool signed_form = false;  // there is a signature to explain
  };

  [[nodiscard]] Finding examine(const Request& request, const SignedOperation& operation, Headers& headers) const;
  [[nodiscard]] Finding verify_hmac(const Request& request, const Headers& headers) const;
  void locate(const Request& request, const SignedOperation& operation, Check& check) const;
  static void verify_digest(Check& check, const SignedOperation& operation);
  [[nodiscard]] bool is_fresh(Time date, Time now) const;
  static void name_unknown_zone(std::string_view date, Finding& finding);
  void explain_form(const Request& request, const SignedOperation& operation, const Headers& headers, Finding& finding) const;
  void explain(const Request& request, const SignedOperation& operation, const Headers& headers, Finding& finding) const;

  const AuthMode mode_;
  const Millis skew_;
  const bool explains_;
  const Clocks clocks_;
  const ReadSignedValues read_values_;
  Credentials credentials_;
  const KeyedCredential nobody_;  // signs for unknown keys, so that they take as long as wrong signatures
  std::array<std::atomic<std::uint64_t>, kSignatureFaults> faults_{};
};

class Authenticator::Check {
 public:
  /// The text that the digest is most likely of; nullptr when no digest is needed. Digest it before finish(), or leave that to it.
  [[nodiscard]] Md5Text* text() noexcept { return text_.get(); }

 private:
  friend class Authenticator;

  Headers headers_;
  Finding finding_;
  SignedValues signed_;
  std::unique_ptr<Md5Text> text_;  // the same place wherever the check goes
};

}  // namespace wingmq::net

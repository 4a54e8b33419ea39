#include "access/auth.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

#include "access/mistakes.h"
#include "access/principal.h"
#include "access/signature.h"
#include "text/base64.h"
#include "text/request_date.h"
#include "text/text.h"

namespace wingmq::net {
namespace {

constexpr std::size_t kMd5Bytes = 16;
constexpr std::size_t kSha1Bytes = 20;

std::string_view header(const Request& request, std::string_view name) {
  const Header* found = request.find_header(name);
  return found != nullptr ? trimmed(found->value) : std::string_view();
}

/// A public header that is given more than once; empty: none is. Whichever counted, another party might read the other.
std::string_view repeated_header(const Request& request) {
  constexpr std::array<std::string_view, 5> kPublic{"accessKey", "contentMD5", "requestDate", "Hmac", "platform"};
  std::array<bool, kPublic.size()> seen{};
  for (const Header& each : request.headers) {
    for (std::size_t i = 0; i < kPublic.size(); ++i) {
      if (!equal_ignoring_case(each.name, kPublic[i])) continue;
      if (std::exchange(seen[i], true)) return kPublic[i];
    }
  }
  return {};
}

/// Whether a date has the reference's form: a day of two digits, a month of three letters and the zone GMT.
bool is_plain_date(std::string_view date) {
  constexpr std::string_view kForm = "Mon, 23 Nov 2026 08:00:00 GMT";
  return date.size() == kForm.size() && date[kForm.find(" Nov")] == ' ' && date.ends_with(" GMT");
}

bool is_base64_of(std::string_view text, std::size_t bytes) {
  const auto decoded = base64_decode(text);
  return decoded && decoded->size() == bytes;
}

}  // namespace

std::string_view to_string(SignatureFault fault) {
  switch (fault) {
    case SignatureFault::kNone: return "";
    case SignatureFault::kHeader: return "sig.header";
    case SignatureFault::kKey: return "sig.key";
    case SignatureFault::kStaleDate: return "sig.date.stale";
    case SignatureFault::kHmac: return "sig.hmac";
    case SignatureFault::kDigest: return "sig.md5";
  }
  return "";
}

void Authenticator::Finding::fail(SignatureFault with, std::string why) {
  if (fault != SignatureFault::kNone) return;
  fault = with;
  refusal.emplace();
  detail = std::move(why);
}

Authenticator::Authenticator(const ServerOptions& options, Clocks clocks, ReadSignedValues read_values)
    : mode_(options.auth),
      skew_(options.auth_skew),
      explains_(options.explain_signatures),
      clocks_(std::move(clocks)),
      read_values_(read_values),
      credentials_(options.credentials),
      nobody_{{}, SigningKey("nobody")} {}

Authenticator::Verdict Authenticator::check(const Request& request, const SignedOperation& operation) {
  return finish(begin(request, operation), request, operation);
}

Authenticator::Check Authenticator::begin(const Request& request, const SignedOperation& operation) const {
  Check check;
  if (mode_ == AuthMode::kOff || !is_utf8(header(request, "accessKey"))) return check;
  check.finding_ = examine(request, operation, check.headers_);
  const bool good_so_far = check.finding_.signed_form && check.finding_.fault == SignatureFault::kNone;
  if (good_so_far && mode_ != AuthMode::kHmac) locate(request, operation, check);
  return check;
}

Authenticator::Verdict Authenticator::finish(Check check, const Request& request, const SignedOperation& operation) {
  Verdict verdict;
  const auto key = header(request, "accessKey");
  verdict.caller.customer = key.empty() ? kDefaultCustomer : key;
  if (const auto repeated = repeated_header(request); !repeated.empty()) {
    verdict.refusal = {AccessRefusal::Kind::kRepeatedHeader, std::string(repeated)};
    return verdict;
  }
  if (!is_utf8(key)) verdict.refusal = {AccessRefusal::Kind::kNotUtf8, "accessKey"};
  if (mode_ == AuthMode::kOff || verdict.refusal) return verdict;

  if (check.text_) verify_digest(check, operation);
  Finding& finding = check.finding_;
  const bool wrong = finding.fault != SignatureFault::kNone;
  if (wrong && finding.signed_form && explains_) explain(request, operation, check.headers_, finding);
  verdict.fault = finding.fault;
  verdict.detail = std::move(finding.detail);
  verdict.decisions = std::move(finding.decisions);
  verdict.explanation = std::move(finding.explanation);
  if (wrong) faults_[static_cast<std::size_t>(finding.fault)].fetch_add(1, std::memory_order_relaxed);
  if (finding.credential) {
    verdict.caller = {finding.credential->credential.customer, finding.credential->credential.may_delegate};
  }
  if (mode_ == AuthMode::kWarn) {
    verdict.caller.may_delegate = true;  // nothing is refused
  } else {
    verdict.refusal = std::move(finding.refusal);
  }
  return verdict;
}

bool Authenticator::is_fresh(Time date, Time now) const {
  if (skew_ == Millis(0)) return true;
  const auto apart = now - date;
  return apart <= skew_ && -apart <= skew_;
}

/// The form of the public headers comes first: a fault in it is a bad call, not a wrong signature.
Authenticator::Finding Authenticator::examine(const Request& request, const SignedOperation& operation, Headers& headers) const {
  headers.access_key = header(request, "accessKey");
  headers.signed_by = {header(request, "contentMD5"), header(request, "requestDate"), header(request, "Hmac")};
  const auto malformed = [&](std::string_view name, std::string_view given, std::string_view needed) {
    using enum AccessRefusal::Kind;
    Finding finding;
    finding.fault = SignatureFault::kHeader;
    finding.refusal = {given.empty() ? kMissingHeader : kBadHeader, std::string(name), std::string(needed)};
    finding.detail = std::string(name) + (given.empty() ? " is missing" : " is not " + std::string(needed));
    explain_form(request, operation, headers, finding);
    return finding;
  };
  const auto platform = header(request, "platform");
  const auto date = parse_request_date(headers.signed_by.request_date);
  if (headers.access_key.empty()) return malformed("accessKey", "", "");
  if (!is_base64_of(headers.signed_by.content_md5, kMd5Bytes)) {
    return malformed("contentMD5", headers.signed_by.content_md5, "base64(MD5)");
  }
  if (!date) {
    Finding finding = malformed("requestDate", headers.signed_by.request_date, "EEE, d MMM yyyy HH:mm:ss z");
    name_unknown_zone(headers.signed_by.request_date, finding);
    return finding;
  }
  if (!is_base64_of(headers.signed_by.hmac, kSha1Bytes)) return malformed("Hmac", headers.signed_by.hmac, "base64(HMAC-SHA1)");
  if (platform.empty() || platform.find_first_not_of("0123456789") != std::string_view::npos) {
    return malformed("platform", platform, "3");
  }
  headers.date = *date;
  Finding finding = verify_hmac(request, headers);
  finding.signed_form = true;
  return finding;
}

/// Tells of a date that would be one, had it another zone.
void Authenticator::name_unknown_zone(std::string_view date, Finding& finding) {
  const auto zone = zone_of_request_date(date);
  if (zone.empty() || is_known_zone(zone)) return;
  finding.refusal = {AccessRefusal::Kind::kUnknownZone, "requestDate", shown(zone)};
  const bool ascii = std::ranges::none_of(zone, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  if (ascii) finding.detail = "requestDate names the zone " + shown(zone) + ", which is not known";
}

/// Names the mistake of a call that was signed, as its headers show.
void Authenticator::explain_form(const Request& request, const SignedOperation& operation, const Headers& headers,
                                 Finding& finding) const {
  const auto& given = headers.signed_by;
  if (!explains_ || given.content_md5.empty() || given.hmac.empty() || given.request_date.empty()) return;
  const auto credential = credentials_.find(headers.access_key);
  auto mistake = parse_request_date(given.request_date) ? std::nullopt : find_date_mistake(given.request_date);
  if (!mistake) {
    mistake = find_form_mistake({request, operation, given}, credential ? credential->credential.secret_key : std::string_view());
  }
  if (mistake) finding.detail += ": " + *mistake;
}

/// Signs the call again as clients do by mistake, and tells what should have been signed.
void Authenticator::explain(const Request& request, const SignedOperation& operation, const Headers& headers,
                            Finding& finding) const {
  const auto& given = headers.signed_by;
  const RejectedCall call{request, operation, given};
  const SignedValues found = read_values_(request, operation);
  const auto& values = found.values;
  Explanation& told = finding.explanation.emplace();
  told.string_to_sign.append(given.content_md5).append("\n").append(given.request_date).append("\n").append(request.path());
  for_each_digest(values, operation.parameters, [&](auto parts) {
    for (const auto part : parts) told.digested.append(part);
    told.content_md5 = md5_base64(parts);
    return true;  // the documented order is the first
  });
  std::optional<std::string> mistake;
  if (finding.fault == SignatureFault::kKey) {
    const auto swapped = credentials_.find_by_secret(headers.access_key);
    const bool fits = swapped && hmac_of(SigningKey(swapped->credential.access_key), given.content_md5, given.request_date,
                                         request.path()) == given.hmac;
    if (fits) mistake = "accessKey and secretKey are swapped";
  } else if (finding.fault == SignatureFault::kStaleDate) {
    mistake = describe_skew(clocks_.wall() - headers.date, zone_of_request_date(given.request_date));
  } else if (finding.fault == SignatureFault::kHmac) {
    mistake = find_hmac_mistake(call, finding.credential->credential.secret_key);
  } else if (finding.fault == SignatureFault::kDigest) {
    mistake = find_digest_mistake(call, values);
  }
  if (mistake) finding.detail += ": " + *mistake;
}

Authenticator::Finding Authenticator::verify_hmac(const Request& request, const Headers& headers) const {
  Finding finding;
  finding.credential = credentials_.find(headers.access_key);
  const SigningKey& key = finding.credential ? finding.credential->key : nobody_.key;
  const auto& given = headers.signed_by;
  const auto hmac = hmac_of(key, given.content_md5, given.request_date, request.path());
  if (!is_plain_date(given.request_date)) finding.decisions.push_back(7);
  const bool signed_right = equal_in_constant_time(hmac, given.hmac);
  if (!finding.credential) finding.fail(SignatureFault::kKey, "the accessKey is unknown");
  const bool fresh = is_fresh(headers.date, clocks_.wall());
  if (!fresh) finding.fail(SignatureFault::kStaleDate, "requestDate is too far from the present");
  if (!signed_right) finding.fail(SignatureFault::kHmac, "Hmac does not fit contentMD5, requestDate and the path");
  const bool date_decides = finding.credential && signed_right;
  if (date_decides && fresh != is_fresh(headers.date, clocks_.broker())) finding.decisions.push_back(8);
  return finding;
}

/// Finds what the digest is of.
void Authenticator::locate(const Request& request, const SignedOperation& operation, Check& check) const {
  check.signed_ = read_values_(request, operation);
  if (!check.signed_.readable) {
    check.finding_.refusal = {AccessRefusal::Kind::kUnreadable};
    return;
  }
  for_each_digest(check.signed_.values, operation.parameters, [&](auto parts) {
    check.text_ = std::make_unique<Md5Text>(std::vector<std::string_view>(parts.begin(), parts.end()));
    return true;  // the documented order is the first, and almost always right
  });
}

void Authenticator::verify_digest(Check& check, const SignedOperation& operation) {
  const auto fits = [&](Md5Text& text) {
    while (!text.done()) advance(std::array{&text}, std::numeric_limits<std::size_t>::max());
    const auto digest = text.digest();
    const std::string_view bytes(reinterpret_cast<const char*>(digest.data()), digest.size());
    return equal_in_constant_time(base64_encode(bytes), check.headers_.signed_by.content_md5);
  };
  if (fits(*check.text_)) return;
  int tried = 0;
  const bool covered = for_each_digest(check.signed_.values, operation.parameters, [&](auto parts) {
    if (++tried == 1) return false;
    Md5Text other(std::vector<std::string_view>(parts.begin(), parts.end()));
    return fits(other);
  });
  if (covered) check.finding_.decisions.push_back(6);
  if (!covered) check.finding_.fail(SignatureFault::kDigest, "contentMD5 is not the digest of the parameters");
}

}  // namespace wingmq::net

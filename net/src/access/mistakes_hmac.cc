#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <vector>

#include "access/mistakes.h"
#include "text/base64.h"
#include "text/request_date.h"
#include "text/text.h"

namespace wingmq::net {
namespace {

using Bytes = std::string;

Bytes hmac(const EVP_MD* algorithm, std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out;
  unsigned int size = 0;
  const auto* const result = ::HMAC(algorithm, key.data(), static_cast<int>(key.size()),
                                    reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data(), &size);
  return result == nullptr ? Bytes() : Bytes(reinterpret_cast<const char*>(out.data()), size);
}

Bytes digest(const EVP_MD* algorithm, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out;
  unsigned int size = 0;
  if (::EVP_Digest(text.data(), text.size(), out.data(), &size, algorithm, nullptr) != 1) return {};
  return Bytes(reinterpret_cast<const char*>(out.data()), size);
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return result;
}

bool is_hex(std::string_view text, std::size_t digits) {
  return text.size() == digits && lower(text).find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// A text that may have been signed instead of the right one, and what is wrong with it.
struct Candidate {
  std::string text;
  std::string mistake;
};

std::string join(std::string_view a, std::string_view b, std::string_view c, std::string_view separator = "\n") {
  return std::string(a).append(separator).append(b).append(separator).append(c);
}

void add_separators(const SignedHeaders& h, std::string_view path, std::vector<Candidate>& out) {
  const std::string right = join(h.content_md5, h.request_date, path);
  out.push_back({right + "\n", "a newline follows the path in the string to sign"});
  out.push_back({"\n" + right, "a newline precedes contentMD5 in the string to sign"});
  out.push_back({join(h.content_md5, h.request_date, path, ""), "the newlines are missing in the string to sign"});
  out.push_back({join(h.content_md5, h.request_date, path, "\\n"), R"(the string to sign has the two characters \n instead of newlines)"});
  out.push_back({join(h.content_md5, h.request_date, path, "\r\n"), "the string to sign has CR LF instead of newlines"});
  out.push_back({join(h.content_md5, h.request_date, path, "&"), "the string to sign is joined by & instead of newlines"});
}

void add_orders(const SignedHeaders& h, std::string_view path, std::vector<Candidate>& out) {
  const std::array<std::pair<std::string_view, std::string_view>, 3> parts{
      {{h.content_md5, "contentMD5"}, {h.request_date, "requestDate"}, {path, "path"}}};
  constexpr std::array<std::array<std::size_t, 3>, 5> kOrders{{{0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}};
  for (const auto& [a, b, c] : kOrders) {
    out.push_back({join(parts[a].first, parts[b].first, parts[c].first),
                   fmt::format("the string to sign has the order {}, {}, {}; wanted is contentMD5, requestDate, path",
                               parts[a].second, parts[b].second, parts[c].second)});
  }
  out.push_back({std::string(h.content_md5) + "\n" + std::string(h.request_date), "the path is missing in the string to sign"});
  out.push_back({std::string(h.request_date) + "\n" + std::string(path), "contentMD5 is missing in the string to sign"});
}

void add_paths(const RejectedCall& call, std::vector<Candidate>& out) {
  const auto path = call.request.path();
  const auto* const host = call.request.find_header("Host");
  const auto add = [&](const std::string& signed_path, std::string_view mistake) {
    out.push_back({join(call.headers.content_md5, call.headers.request_date, signed_path), std::string(mistake)});
  };
  add(std::string(call.request.target), "the query was signed with the path");
  if (host != nullptr) {
    for (const std::string_view scheme : {"http://", "https://", ""}) {
      add(std::string(scheme).append(host->value).append(path), "scheme or host were signed with the path");
      add(std::string(scheme).append(host->value).append(call.request.target), "scheme, host or query were signed with the path");
    }
  }
  add(std::string(path.substr(1)), "the path was signed without its leading slash");
  add(std::string(path) + "/", "the path was signed with a slash behind it");
  add(std::string(call.operation.name), "the operation's name was signed instead of the path");
  add(std::string("/").append(call.operation.name), "the operation's name was signed instead of the path");
  const auto prefix = path.find('/', 1);
  if (prefix != std::string_view::npos) add(std::string(path.substr(prefix)), "the path was signed without its first part");
}

/// Names in the forms of Java's Chinese locales, by which most clients of this API format their dates.
void add_dates(const RejectedCall& call, std::vector<Candidate>& out) {
  const auto date = parse_request_date(call.headers.request_date);
  if (!date) return;
  constexpr std::array<std::string_view, 7> kDays{"日", "一", "二", "三", "四", "五", "六"};
  constexpr std::array<std::string_view, 12> kMonths{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"};
  const auto day = std::chrono::floor<std::chrono::days>(*date);
  const std::chrono::year_month_day ymd(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(*date - day));
  const auto weekday = std::chrono::weekday(day).c_encoding();
  const unsigned month = static_cast<unsigned>(ymd.month());
  const auto clock = fmt::format("{:02}:{:02}:{:02}", time.hours().count(), time.minutes().count(), time.seconds().count());
  for (const std::string_view prefix : {"星期", "周"}) {
    for (const auto& name : {fmt::format("{}月", kMonths[month - 1]), fmt::format("{}月", month)}) {
      for (const char* form : {"{}{}, {:02} {} {} {} GMT", "{}{}, {} {} {} {} GMT"}) {
        const auto text = fmt::format(fmt::runtime(form), prefix, kDays[weekday], static_cast<unsigned>(ymd.day()), name, static_cast<int>(ymd.year()), clock);
        out.push_back({join(call.headers.content_md5, text, call.request.path()),
                       "the date was signed in Chinese: format it in an English locale"});
      }
    }
  }
  out.push_back({join(call.headers.content_md5, fmt::format("{}", date->time_since_epoch().count()), call.request.path()),
                 "a number was signed instead of requestDate as it was sent"});
}

std::vector<Candidate> candidates(const RejectedCall& call) {
  std::vector<Candidate> all;
  const auto path = call.request.path();
  add_separators(call.headers, path, all);
  add_orders(call.headers, path, all);
  add_paths(call, all);
  add_dates(call, all);
  if (const auto md5 = base64_decode(call.headers.content_md5)) {
    all.push_back({join(hex(*md5), call.headers.request_date, path), "contentMD5 was signed in hex, and sent in base64"});
  }
  return all;
}

/// What the client's Hmac would be with other algorithms, over the right text.
std::optional<std::string> find_algorithm(std::string_view given, std::string_view secret, std::string_view text) {
  const std::string key_of_base64 = base64_decode(secret).value_or(std::string());
  const std::string with_ampersand = std::string(secret) + "&";
  if (given == digest(::EVP_sha1(), text)) return "it is the SHA-1 of the string to sign, without the secretKey";
  if (given == digest(::EVP_sha1(), std::string(text).append(secret))) return "it is the SHA-1 of string and secretKey: HMAC-SHA1 is wanted";
  if (given == hmac(::EVP_sha1(), text, secret)) return "key and text were swapped in the HMAC";
  if (!key_of_base64.empty() && given == hmac(::EVP_sha1(), key_of_base64, text)) return "the secretKey was decoded from base64 first: take it as it is";
  if (given == hmac(::EVP_sha1(), with_ampersand, text)) return "the key is secretKey and `&`: take the secretKey as it is";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> find_form_mistake(const RejectedCall& call, std::string_view secret) {
  const auto& h = call.headers;
  if (is_hex(h.content_md5, 32)) return "contentMD5 is in hex: base64 of the 16 bytes is wanted";
  const auto md5 = base64_decode(h.content_md5);
  if (md5 && is_hex(*md5, 32)) return "contentMD5 is the base64 of hex digits: base64 of the 16 bytes is wanted";
  if (md5 && md5->size() == 32) return "contentMD5 has the length of a SHA-256: MD5 is wanted";
  const std::string text = join(h.content_md5, h.request_date, call.request.path());
  const auto right = hmac(::EVP_sha1(), secret, text);
  if (is_hex(h.hmac, 40)) {
    return lower(h.hmac) == hex(right) ? "Hmac is right, but in hex: base64 is wanted" : "Hmac is in hex: base64 of the 20 bytes is wanted";
  }
  const auto given = base64_decode(h.hmac);
  if (given && is_hex(*given, 40)) return "Hmac is the base64 of hex digits: base64 of the 20 bytes is wanted";
  if (is_hex(h.hmac, 64) || (given && given->size() == 32)) return "Hmac has the length of a SHA-256: HMAC-SHA1 is wanted";
  return std::nullopt;
}

std::optional<std::string> find_hmac_mistake(const RejectedCall& call, std::string_view secret) {
  const auto given = base64_decode(call.headers.hmac);
  if (!given) return std::nullopt;
  const auto all = candidates(call);
  const auto found = std::ranges::find_if(all, [&](const Candidate& each) { return *given == hmac(::EVP_sha1(), secret, each.text); });
  if (found != all.end()) return found->mistake;
  return find_algorithm(*given, secret, join(call.headers.content_md5, call.headers.request_date, call.request.path()));
}

std::optional<std::string> find_date_mistake(std::string_view request_date) {
  const bool foreign = std::ranges::any_of(request_date, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  if (foreign) return "requestDate is not in English: format it in an English locale, such as Mon, 23 Nov 2026 08:00:00 GMT";
  if (request_date.size() > 10 && request_date[4] == '-' && request_date[10] == 'T') return "requestDate is in ISO 8601: the form of RFC 1123 is wanted, such as Mon, 23 Nov 2026 08:00:00 GMT";
  if (!request_date.empty() && request_date.find_first_not_of("0123456789") == std::string_view::npos) return "requestDate is a number: the form of RFC 1123 is wanted, such as Mon, 23 Nov 2026 08:00:00 GMT";
  return std::nullopt;
}

std::string describe_skew(Millis behind, std::string_view zone) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(behind).count();
  const auto apart = std::llabs(seconds);
  std::string text = fmt::format("requestDate is {} s {} the server's clock", apart, seconds >= 0 ? "behind" : "ahead of");
  const auto hours = (apart + 1800) / 3600;
  constexpr long long kNear = 120;
  if (hours >= 1 && hours <= 14 && std::llabs(apart - hours * 3600) <= kNear) {
    const bool gmt = zone == "GMT" || zone == "UTC" || zone == "Z";
    text += fmt::format(", almost {} h: it looks like {} that is called {}", hours,
                        seconds < 0 || gmt ? "local time" : "GMT, or the time of a zone further west,", zone);
  }
  return text;
}

}  // namespace wingmq::net

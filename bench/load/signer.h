#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

using EVP_MD_CTX = struct evp_md_ctx_st;
using EVP_MAC_CTX = struct evp_mac_ctx_st;

namespace wingmq::load {

/// A running MD5, which can be copied: what precedes a change need not be digested again. One thread.
class Md5 {
 public:
  Md5();
  Md5(const Md5& other);
  Md5& operator=(const Md5&) = delete;
  void add(std::string_view bytes);
  /// Ends it; writes the kTextBytes characters of its base64.
  static constexpr std::size_t kTextBytes = 24;
  void finish(char* text);

 private:
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_;
};

/// The part of a signature (net/API.md, Signing) that depends on the key and the date. net::sign() does the same for a
/// whole call; this one patches requests that are made already. One thread.
class Signer {
 public:
  explicit Signer(const std::string& secret_key);
  /// The date for requestDate, kDateBytes characters. It is good for many seconds, and renewed by renew().
  static constexpr std::size_t kDateBytes = 29;
  [[nodiscard]] std::string_view date() const { return date_; }
  /// Takes the present as the date when the last one is older than some seconds. `renewals` counts how often.
  void renew();
  [[nodiscard]] std::uint64_t renewals() const { return renewals_; }
  /// Writes the kHmacBytes characters of the Hmac.
  static constexpr std::size_t kHmacBytes = 28;
  void sign(std::string_view digest, std::string_view path, char* text) const;

 private:
  std::unique_ptr<EVP_MAC_CTX, void (*)(EVP_MAC_CTX*)> keyed_;
  std::string date_;
  std::int64_t dated_ = 0;
  std::uint64_t renewals_ = 0;
};

/// The present as a requestDate.
[[nodiscard]] std::string date_text(std::int64_t seconds);

}  // namespace wingmq::load

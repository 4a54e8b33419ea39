#include "load/signer.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <cstring>
#include <ctime>
#include <stdexcept>

namespace wingmq::load {
namespace {

/// A date may be a quarter of an hour old; this leaves room for clocks that differ.
constexpr std::int64_t kDateSeconds = 20;

void need(bool worked) {
  if (!worked) throw std::runtime_error("OpenSSL has no MD5 or no HMAC-SHA1: requests cannot be signed");
}

void write_base64(const unsigned char* bytes, std::size_t count, char* text) {
  std::array<unsigned char, 64> encoded{};
  const int length = ::EVP_EncodeBlock(encoded.data(), bytes, static_cast<int>(count));
  std::memcpy(text, encoded.data(), static_cast<std::size_t>(length));
}

void add(EVP_MAC_CTX* mac, std::string_view bytes) {
  ::EVP_MAC_update(mac, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

}  // namespace

Md5::Md5() : context_(::EVP_MD_CTX_new(), ::EVP_MD_CTX_free) {
  need(context_ && ::EVP_DigestInit_ex(context_.get(), ::EVP_md5(), nullptr) == 1);
}

Md5::Md5(const Md5& other) : context_(::EVP_MD_CTX_new(), ::EVP_MD_CTX_free) {
  need(context_ && ::EVP_MD_CTX_copy_ex(context_.get(), other.context_.get()) == 1);
}

void Md5::add(std::string_view bytes) { ::EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }

void Md5::finish(char* text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  need(::EVP_DigestFinal_ex(context_.get(), digest.data(), &size) == 1);
  write_base64(digest.data(), size, text);
}

Signer::Signer(const std::string& secret_key) : keyed_(nullptr, ::EVP_MAC_CTX_free) {
  const std::unique_ptr<EVP_MAC, void (*)(EVP_MAC*)> mac(::EVP_MAC_fetch(nullptr, "HMAC", nullptr), ::EVP_MAC_free);
  need(mac != nullptr);
  keyed_.reset(::EVP_MAC_CTX_new(mac.get()));
  char digest[] = "SHA1";
  const OSSL_PARAM parameters[] = {::OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                   ::OSSL_PARAM_construct_end()};
  need(keyed_ && ::EVP_MAC_init(keyed_.get(), reinterpret_cast<const unsigned char*>(secret_key.data()),
                                secret_key.size(), parameters) == 1);
  renew();
}

void Signer::renew() {
  const auto now = static_cast<std::int64_t>(std::time(nullptr));
  if (now - dated_ < kDateSeconds) return;
  dated_ = now;
  date_ = date_text(now);
  ++renewals_;
}

void Signer::sign(std::string_view digest, std::string_view path, char* text) const {
  const std::unique_ptr<EVP_MAC_CTX, void (*)(EVP_MAC_CTX*)> mac(::EVP_MAC_CTX_dup(keyed_.get()), ::EVP_MAC_CTX_free);
  need(mac != nullptr);
  for (const std::string_view part :
       {digest, std::string_view("\n"), std::string_view(date_), std::string_view("\n"), path}) {
    add(mac.get(), part);
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  std::size_t size = 0;
  need(::EVP_MAC_final(mac.get(), bytes.data(), &size, bytes.size()) == 1);
  write_base64(bytes.data(), size, text);
}

std::string date_text(std::int64_t seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  std::array<char, 40> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

}  // namespace wingmq::load

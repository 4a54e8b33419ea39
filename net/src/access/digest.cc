#include "access/digest.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include "text/base64.h"

namespace wingmq::net {
namespace {

/// OpenSSL fails here only when it has no memory or no MD5 (a FIPS-only build): nothing can be signed then.
void check(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("OpenSSL cannot do this: ") + what);
}

struct Free {
  void operator()(EVP_MD* algorithm) const { ::EVP_MD_free(algorithm); }
  void operator()(EVP_MD_CTX* context) const { ::EVP_MD_CTX_free(context); }
  void operator()(EVP_MAC* algorithm) const { ::EVP_MAC_free(algorithm); }
  void operator()(EVP_MAC_CTX* context) const { ::EVP_MAC_CTX_free(context); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

/// Looking an algorithm up by name takes as long as using it on a short text: once for the process.
const EVP_MD* md5() {
  static const Owned<EVP_MD> algorithm(::EVP_MD_fetch(nullptr, "MD5", nullptr));
  check(algorithm != nullptr, "MD5");
  return algorithm.get();
}

EVP_MAC* hmac() {
  static const Owned<EVP_MAC> algorithm(::EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  check(algorithm != nullptr, "HMAC");
  return algorithm.get();
}

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string base64_of(const unsigned char* data, std::size_t size) {
  return base64_encode({reinterpret_cast<const char*>(data), size});
}

}  // namespace

std::string md5_base64(std::span<const std::string_view> parts) {
  thread_local const Owned<EVP_MD_CTX> context(::EVP_MD_CTX_new());
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  check(context != nullptr && ::EVP_DigestInit_ex2(context.get(), md5(), nullptr) == 1, "MD5");
  for (const auto part : parts) check(::EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1, "MD5");
  check(::EVP_DigestFinal_ex(context.get(), digest.data(), &size) == 1, "MD5");
  return base64_of(digest.data(), size);
}

/// Contexts with the key worked in, each used by one signature at a time: to begin again costs less than a copy. Made when
/// they are needed: a server whose clients never sign does not load OpenSSL's algorithms.
class SigningKey::Contexts {
 public:
  explicit Contexts(std::string_view secret) : secret_(secret) {}

  /// A context that has seen nothing but the key.
  Owned<EVP_MAC_CTX> take();
  void give_back(Owned<EVP_MAC_CTX> context) {
    const std::scoped_lock lock(mutex_);
    idle_.push_back(std::move(context));
  }

 private:
  Owned<EVP_MAC_CTX> make() const;

  const std::string secret_;
  std::mutex mutex_;
  std::vector<Owned<EVP_MAC_CTX>> idle_;  // as many as ever signed at once
};

Owned<EVP_MAC_CTX> SigningKey::Contexts::take() {
  {
    const std::scoped_lock lock(mutex_);
    if (!idle_.empty()) {
      auto context = std::move(idle_.back());
      idle_.pop_back();
      check(::EVP_MAC_init(context.get(), nullptr, 0, nullptr) == 1, "HMAC-SHA1");
      return context;
    }
  }
  return make();
}

Owned<EVP_MAC_CTX> SigningKey::Contexts::make() const {
  Owned<EVP_MAC_CTX> fresh(::EVP_MAC_CTX_new(hmac()));
  char digest[] = "SHA1";
  const OSSL_PARAM parameters[] = {::OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                   ::OSSL_PARAM_construct_end()};
  check(fresh != nullptr && ::EVP_MAC_init(fresh.get(), bytes(secret_), secret_.size(), parameters) == 1, "HMAC-SHA1");
  return fresh;
}

SigningKey::SigningKey(std::string_view secret) : contexts_(std::make_unique<Contexts>(secret)) {}

SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

std::string SigningKey::sign(std::span<const std::string_view> parts) const {
  auto context = contexts_->take();
  std::array<unsigned char, EVP_MAX_MD_SIZE> signature;
  std::size_t size = 0;
  for (const auto part : parts) check(::EVP_MAC_update(context.get(), bytes(part), part.size()) == 1, "HMAC-SHA1");
  check(::EVP_MAC_final(context.get(), signature.data(), &size, signature.size()) == 1, "HMAC-SHA1");
  contexts_->give_back(std::move(context));
  return base64_of(signature.data(), size);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && ::CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace wingmq::net

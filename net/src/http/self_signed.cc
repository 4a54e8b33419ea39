#include "wingmq/net/self_signed.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <system_error>

namespace wingmq::net {
namespace {

constexpr long kSeconds = 30L * 24 * 3600;

struct Free {
  void operator()(EVP_PKEY* key) const { ::EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { ::X509_free(certificate); }
  void operator()(X509_EXTENSION* extension) const { ::X509_EXTENSION_free(extension); }
  void operator()(std::FILE* file) const { std::fclose(file); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

bool add_extension(X509* certificate, int id, const char* value) {
  const Owned<X509_EXTENSION> extension(::X509V3_EXT_conf_nid(nullptr, nullptr, id, value));
  return extension && ::X509_add_ext(certificate, extension.get(), -1) == 1;
}

Owned<X509> make_certificate(EVP_PKEY* key) {
  Owned<X509> certificate(::X509_new());
  if (!certificate) return nullptr;
  X509* made = certificate.get();
  bool good = ::X509_set_version(made, X509_VERSION_3) == 1;
  good = good && ::ASN1_INTEGER_set(::X509_get_serialNumber(made), 1) == 1;
  good = good && ::X509_gmtime_adj(::X509_getm_notBefore(made), -60) != nullptr;
  good = good && ::X509_gmtime_adj(::X509_getm_notAfter(made), kSeconds) != nullptr;
  good = good && ::X509_set_pubkey(made, key) == 1;
  X509_NAME* name = ::X509_get_subject_name(made);
  const auto* text = reinterpret_cast<const unsigned char*>("WingMQ self-signed");
  good = good && ::X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0) == 1;
  good = good && ::X509_set_issuer_name(made, name) == 1;
  good = good && add_extension(made, NID_basic_constraints, "critical,CA:TRUE");
  good = good && add_extension(made, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:0:0:0:0:0:0:0:1");
  good = good && ::X509_sign(made, key, ::EVP_sha256()) > 0;
  return good ? std::move(certificate) : nullptr;
}

/// Writes one PEM file that only this user can read; `write` gets the open file and returns whether it could.
template <typename Write>
bool write_file(const std::string& path, Write write) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0) return false;
  const Owned<std::FILE> file(::fdopen(descriptor, "w"));
  return file && write(file.get()) == 1 && std::fflush(file.get()) == 0;
}

}  // namespace

std::expected<CertificateFiles, std::string> make_self_signed(const std::string& folder) {
  std::string made = folder + "/wingmq-tls-XXXXXX";
  if (::mkdtemp(made.data()) == nullptr) {
    return std::unexpected(fmt::format("no folder can be made in `{}`: {}", folder, std::generic_category().message(errno)));
  }
  const Owned<EVP_PKEY> key(::EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  const Owned<X509> certificate = key ? make_certificate(key.get()) : nullptr;
  if (!certificate) return std::unexpected("OpenSSL cannot make a certificate with a P-256 key");
  CertificateFiles files{made + "/ca.pem", made + "/key.pem"};
  const bool written =
      write_file(files.certificate, [&](std::FILE* file) { return ::PEM_write_X509(file, certificate.get()); }) &&
      write_file(files.key, [&](std::FILE* file) {
        return ::PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
      });
  if (!written) return std::unexpected(fmt::format("`{}` cannot be written: {}", made, std::generic_category().message(errno)));
  return files;
}

}  // namespace wingmq::net

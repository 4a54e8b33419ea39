#include "access/project_id.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <new>
#include <span>

namespace wingmq::net {
namespace {

constexpr std::size_t kIdBytes = 16;

}  // namespace

std::string project_id(const Project& project) {
  // The length in front keeps ("ab", "c") and ("a", "bc") apart, whatever characters the names hold.
  const std::string text =
      fmt::format("wingmq-project:{}:{}{}", project.customer.size(), project.customer, project.region);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int digest_bytes = 0;
  const int done = EVP_Digest(text.data(), text.size(), digest.data(), &digest_bytes, EVP_sha256(), nullptr);
  if (done != 1 || digest_bytes < kIdBytes) throw std::bad_alloc();  // SHA-256 itself cannot fail
  return fmt::format("{:02x}", fmt::join(std::span(digest).first<kIdBytes>(), ""));
}

}  // namespace wingmq::net

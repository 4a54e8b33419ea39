#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace wingmq::net {

/// MD5 of texts, base64: what `contentMD5` holds (API.md 2). The parts count as one text.
[[nodiscard]] std::string md5_base64(std::span<const std::string_view> parts);

/// A secret that signs with HMAC-SHA1; the key is worked in once for each signature made at the same time. Safe for concurrent use.
class SigningKey {
 public:
  explicit SigningKey(std::string_view secret);
  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;
  ~SigningKey();

  /// Base64 of the signature of the parts as one text: what `Hmac` holds.
  [[nodiscard]] std::string sign(std::span<const std::string_view> parts) const;

 private:
  class Contexts;
  std::unique_ptr<Contexts> contexts_;
};

/// Whether two texts are equal, in a time that does not depend on where they differ.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

}  // namespace wingmq::net

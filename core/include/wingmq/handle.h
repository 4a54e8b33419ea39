#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wingmq {

/// The receipt of one delivered message. It can be made only by having received it: `secret` is 64 random bits
/// of its lease.
struct Handle {
  std::uint32_t stream = 0;  ///< which group and which of its streams; never used twice while the process lives
  std::uint32_t lease = 0;   ///< slot in that stream's table of leases
  std::uint16_t index = 0;   ///< which message of the delivery, counted from 0
  std::uint64_t secret = 0;
  bool operator==(const Handle&) const = default;

  static constexpr std::size_t kTextBytes = 24;

  /// The compact text form (API.md D21): 24 characters of the URL-safe base64 alphabet.
  [[nodiscard]] std::array<char, kTextBytes> text() const noexcept;

  /// Reads the compact form; nullopt for anything that text() cannot have written.
  [[nodiscard]] static std::optional<Handle> parse(std::string_view text) noexcept;
};

/// The compact texts of one delivery's handles. They differ in few characters, and only these are written anew.
class HandleTexts {
 public:
  explicit HandleTexts(const Handle& first) noexcept;

  /// The text of the handle with this index; good until the next call.
  [[nodiscard]] std::string_view at(std::uint16_t index) noexcept;

 private:
  std::array<std::uint8_t, Handle::kTextBytes / 4 * 3> bytes_;
  std::array<char, Handle::kTextBytes> text_;
};

}  // namespace wingmq

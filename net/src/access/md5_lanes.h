#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "access/md5_kernels.h"

namespace wingmq::net {

/// A text in parts on its way to its MD5 (RFC 1321). Belongs to one thread.
class Md5Text {
 public:
  /// The parts count as one text; what they refer to must stay until the digest is made.
  explicit Md5Text(std::vector<std::string_view> parts);

  /// Whether the digest is made.
  [[nodiscard]] bool done() const noexcept { return end_ == End::kDigested; }
  /// The 16 bytes of the digest; only when done().
  [[nodiscard]] std::array<unsigned char, 16> digest() const noexcept;

 private:
  friend void advance(std::span<Md5Text* const> texts, std::size_t blocks, const Md5Kernels& kernels);

  enum class End : std::uint8_t { kOpen, kMarked, kPadded, kDigested };

  void find_blocks();
  void fill_own();
  void pad();

  std::vector<std::string_view> parts_;  // what has been used is cut off
  std::size_t part_ = 0;
  std::uint64_t bits_ = 0;
  std::array<std::uint32_t, 4> state_;
  const unsigned char* blocks_at_ = nullptr;
  std::size_t blocks_ = 0;  // that lie there, whole
  End end_ = End::kOpen;
  std::size_t own_bytes_ = 0;
  std::array<unsigned char, 64> own_;  // a block of more than one part, or of the end
};

/// The kernels that suit this processor best.
[[nodiscard]] const Md5Kernels& md5_kernels() noexcept;

/// How many texts are digested at once, at most.
inline constexpr std::size_t kMd5LanesMax = 16;

/// Works up to `blocks` blocks of 64 bytes into each text that is not done, all side by side: a processor waits within a digest for
/// the step before, and has time for those of others. At most kMd5LanesMax texts.
void advance(std::span<Md5Text* const> texts, std::size_t blocks, const Md5Kernels& kernels = md5_kernels());

}  // namespace wingmq::net

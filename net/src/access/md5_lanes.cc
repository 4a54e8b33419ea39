#include "access/md5_lanes.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace wingmq::net {
namespace {

static_assert(std::endian::native == std::endian::little, "the kernels read words as they lie in memory");

constexpr std::size_t kBlockBytes = 64;
constexpr std::size_t kLengthAt = 56;

const Md5Kernels& best_kernels() {
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512vl") != 0) return kMd5Avx512;
  if (__builtin_cpu_supports("avx2") != 0) return kMd5Avx2;
#endif
  return kMd5Portable;
}

std::pair<Md5Kernel, std::size_t> kernel_for(std::size_t texts, const Md5Kernels& kernels) {
  if (texts == 1) return {kernels.one, 1};
  if (texts <= 4) return {kernels.four, 4};
  return texts <= 8 ? std::pair{kernels.eight, std::size_t{8}} : std::pair{kernels.sixteen, kMd5LanesMax};
}

}  // namespace

const Md5Kernels& md5_kernels() noexcept {
  static const Md5Kernels& best = best_kernels();
  return best;
}

Md5Text::Md5Text(std::vector<std::string_view> parts)
    : parts_(std::move(parts)), state_{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476} {
  for (const auto part : parts_) bits_ += std::uint64_t{8} * part.size();
}

std::array<unsigned char, 16> Md5Text::digest() const noexcept { return std::bit_cast<std::array<unsigned char, 16>>(state_); }

/// Finds the next whole blocks: where they lie, or put together from the ends of parts.
void Md5Text::find_blocks() {
  while (part_ < parts_.size() && parts_[part_].empty()) ++part_;
  if (part_ == parts_.size()) return pad();
  std::string_view& part = parts_[part_];
  if (part.size() < kBlockBytes) return fill_own();
  blocks_at_ = reinterpret_cast<const unsigned char*>(part.data());
  blocks_ = part.size() / kBlockBytes;
  part.remove_prefix(blocks_ * kBlockBytes);
}

void Md5Text::fill_own() {
  for (own_bytes_ = 0; part_ < parts_.size() && own_bytes_ < kBlockBytes; ++part_) {
    std::string_view& part = parts_[part_];
    const std::size_t taken = std::min(part.size(), kBlockBytes - own_bytes_);
    std::memcpy(own_.data() + own_bytes_, part.data(), taken);
    own_bytes_ += taken;
    part.remove_prefix(taken);
    if (!part.empty()) break;
  }
  if (own_bytes_ < kBlockBytes) return pad();
  own_bytes_ = 0;
  blocks_at_ = own_.data();
  blocks_ = 1;
}

/// The last block or two: a bit that is set, zeros, and the length (RFC 1321, 3.1 and 3.2).
void Md5Text::pad() {
  std::fill(own_.begin() + static_cast<std::ptrdiff_t>(own_bytes_), own_.end(), static_cast<unsigned char>(0));
  if (end_ == End::kOpen) {
    own_[own_bytes_++] = 0x80;
    end_ = End::kMarked;
  }
  if (own_bytes_ <= kLengthAt) {
    std::memcpy(own_.data() + kLengthAt, &bits_, sizeof bits_);
    end_ = End::kPadded;
  }
  own_bytes_ = 0;
  blocks_at_ = own_.data();
  blocks_ = 1;
}

void advance(std::span<Md5Text* const> texts, std::size_t blocks, const Md5Kernels& kernels) {
  std::array<Md5Text*, kMd5LanesMax> open{};
  std::array<std::size_t, kMd5LanesMax> left{};
  std::size_t count = 0;
  for (Md5Text* text : texts) {
    if (text->done()) continue;
    left[count] = blocks;
    open[count++] = text;
  }
  while (count > 0 && blocks > 0) {
    std::array<Md5Lane, kMd5LanesMax> lanes;
    std::size_t run = blocks;
    for (std::size_t i = 0; i < count; ++i) {
      if (open[i]->blocks_ == 0) open[i]->find_blocks();
      run = std::min({run, open[i]->blocks_, left[i]});
      std::ranges::copy(open[i]->state_, lanes[i].state);
      lanes[i].data = open[i]->blocks_at_;
    }
    const auto [kernel, width] = kernel_for(count, kernels);
    for (std::size_t i = count; i < width; ++i) lanes[i] = lanes[0];  // nobody looks at what these come to
    kernel(lanes.data(), run);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count; ++i) {
      Md5Text& text = *open[i];
      std::ranges::copy(lanes[i].state, text.state_.begin());
      text.blocks_at_ += run * kBlockBytes;
      text.blocks_ -= run;
      left[i] -= run;
      if (text.blocks_ == 0 && text.end_ == Md5Text::End::kPadded) text.end_ = Md5Text::End::kDigested;
      if (text.done() || left[i] == 0) continue;
      left[kept] = left[i];
      open[kept++] = &text;
    }
    count = kept;
  }
}

}  // namespace wingmq::net

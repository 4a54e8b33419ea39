#include "wingmq/buffer.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

#include "base/check.h"
#include "buffer/arena.h"

namespace wingmq {
namespace {

/// Blocks from this size on come from the arena; below it, malloc reuses memory by itself.
constexpr std::size_t kLargeFrom = std::size_t{64} << 10;
/// Sizes of small blocks are multiples of this.
constexpr std::size_t kSmallStep = 16;
/// Free pages that are kept for reuse, unless more is asked for.
constexpr std::size_t kKeptMax = std::size_t{32} << 20;

}  // namespace

Buffer::~Buffer() {
  if (data_ != nullptr) pool_->release(data_, capacity_ + kPadding);
}

void Buffer::resize(std::size_t size) noexcept {
  WINGMQ_CHECK(size <= capacity_, "a buffer's size never exceeds its capacity");
  size_ = size;
  if (data_ != nullptr) std::memset(data_ + size, 0, kPadding);
}

BufferPool::BufferPool(MemoryBudget& budget)
    : budget_(budget),
      kept_max_(std::min(kKeptMax, budget.limit() / 16)),
      large_(std::make_unique<Arena>(kept_max_, budget.limit())) {}

BufferPool::~BufferPool() = default;

std::size_t BufferPool::occupied(std::size_t bytes) noexcept {
  if (bytes < kLargeFrom) {
    // Allocators have four sizes between a power of two and the next. What they add counts as well: it is a quarter at worst.
    const std::size_t step = std::max(kSmallStep, std::bit_floor(bytes) / 4);
    return std::min((bytes + step - 1) / step * step, kLargeFrom - 1);
  }
  return (bytes + Arena::kPageBytes - 1) / Arena::kPageBytes * Arena::kPageBytes;
}

char* BufferPool::allocate(std::size_t bytes) {
  char* const block = bytes < kLargeFrom ? static_cast<char*>(::operator new(occupied(bytes))) : large_->take(occupied(bytes));
  budget_.charge(occupied(bytes));
  // What is kept for reuse counts as well: small blocks and large ones share the limit.
  const std::size_t used = budget_.used();
  const std::size_t limit = budget_.limit();
  if (used + kept_max_.load(std::memory_order_relaxed) > limit) large_->keep_at_most(limit - std::min(used, limit));
  return block;
}

void BufferPool::release(char* block, std::size_t bytes) noexcept {
  budget_.release(occupied(bytes));
  if (bytes < kLargeFrom) {
    ::operator delete(block);
  } else {
    large_->give_back(block);
  }
}

Buffer BufferPool::take(std::size_t size) {
  Buffer buffer;
  buffer.data_ = allocate(size + Buffer::kPadding);
  buffer.pool_ = this;
  buffer.capacity_ = occupied(size + Buffer::kPadding) - Buffer::kPadding;
  buffer.resize(size);
  return buffer;
}

Buffer BufferPool::copy(std::string_view text) {
  Buffer buffer = take(text.size());
  if (!text.empty()) std::memcpy(buffer.data(), text.data(), text.size());
  return buffer;
}

void BufferPool::prefault(std::size_t bytes) {
  large_->prefault(bytes);
  kept_max_ = std::max(kept_max_.load(), bytes);
}

void BufferPool::trim() noexcept { large_->trim(); }

}  // namespace wingmq

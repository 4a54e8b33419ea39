#include "wingmq/buffer.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "arena.h"
#include "check.h"

namespace wingmq {
namespace {

/// Blocks from this size on come from the arena; below it, malloc reuses memory by itself.
constexpr std::size_t kLargeFrom = std::size_t{64} << 10;
/// Free pages that are kept for reuse, unless more is asked for.
constexpr std::size_t kKeptMax = std::size_t{32} << 20;

std::size_t block_bytes(std::size_t size) {
  const std::size_t wanted = size + Buffer::kPadding;
  if (wanted < kLargeFrom) return wanted;
  return (wanted + Arena::kPageBytes - 1) / Arena::kPageBytes * Arena::kPageBytes;
}

}  // namespace

Buffer::~Buffer() {
  if (data_ != nullptr) pool_->give_back(data_, capacity_);
}

void Buffer::resize(std::size_t size) noexcept {
  WINGMQ_CHECK(size <= capacity_, "a buffer's size never exceeds its capacity");
  size_ = size;
  if (data_ != nullptr) std::memset(data_ + size, 0, kPadding);
}

BufferPool::BufferPool(MemoryBudget& budget)
    : budget_(budget), large_(std::make_unique<Arena>(std::min(kKeptMax, budget.limit() / 16), budget.limit())) {}

BufferPool::~BufferPool() = default;

Buffer BufferPool::take(std::size_t size) {
  const std::size_t bytes = block_bytes(size);
  Buffer buffer;
  buffer.data_ = bytes < kLargeFrom ? static_cast<char*>(::operator new(bytes)) : large_->take(bytes);
  buffer.pool_ = this;
  buffer.capacity_ = bytes - Buffer::kPadding;
  buffer.resize(size);
  budget_.charge(bytes);
  return buffer;
}

Buffer BufferPool::copy(std::string_view text) {
  Buffer buffer = take(text.size());
  if (!text.empty()) std::memcpy(buffer.data(), text.data(), text.size());
  return buffer;
}

void BufferPool::give_back(char* data, std::size_t capacity) noexcept {
  const std::size_t bytes = capacity + Buffer::kPadding;
  budget_.release(bytes);
  if (bytes < kLargeFrom) {
    ::operator delete(data);
  } else {
    large_->give_back(data);
  }
}

void BufferPool::prefault(std::size_t bytes) { large_->prefault(bytes); }

void BufferPool::trim() noexcept { large_->trim(); }

}  // namespace wingmq

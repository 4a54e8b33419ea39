#include "wingmq/buffer.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "arena.h"
#include "check.h"

namespace wingmq {
namespace {

/// Blocks from this size on come from the arena; below it, malloc reuses memory by itself.
constexpr std::size_t kLargeFrom = std::size_t{12} << 10;
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
    : budget_(budget), large_(std::make_unique<Arena>(std::min(kKeptMax, budget.limit() / 16), budget.limit())) {}

BufferPool::~BufferPool() = default;

std::size_t BufferPool::occupied(std::size_t bytes) noexcept {
  if (bytes < kLargeFrom) return bytes;
  return (bytes + Arena::kPageBytes - 1) / Arena::kPageBytes * Arena::kPageBytes;
}

char* BufferPool::allocate(std::size_t bytes) {
  char* const block = bytes < kLargeFrom ? static_cast<char*>(::operator new(bytes)) : large_->take(occupied(bytes));
  budget_.charge(occupied(bytes));
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

void BufferPool::prefault(std::size_t bytes) { large_->prefault(bytes); }

void BufferPool::trim() noexcept { large_->trim(); }

}  // namespace wingmq

#include "wingmq/buffer.h"

#include <cstring>
#include <map>
#include <new>
#include <vector>

#include "check.h"
#include "mutex.h"

namespace wingmq {
namespace {

/// Blocks from this size on are kept for reuse: below it, malloc reuses memory by itself.
constexpr std::size_t kPooledFrom = std::size_t{64} << 10;
/// Sizes of kept blocks are multiples of this, so that bodies of nearly equal size share blocks.
constexpr std::size_t kPooledStep = std::size_t{16} << 10;
/// Bytes kept for reuse at most.
constexpr std::size_t kKeptMax = std::size_t{32} << 20;

std::size_t block_bytes(std::size_t size) {
  const std::size_t wanted = size + Buffer::kPadding;
  if (wanted < kPooledFrom) return wanted;
  return (wanted + kPooledStep - 1) / kPooledStep * kPooledStep;
}

}  // namespace

struct BufferPool::FreeList {
  Mutex mutex;
  std::map<std::size_t, std::vector<char*>> blocks GUARDED_BY(mutex);
  std::size_t bytes GUARDED_BY(mutex) = 0;
};

Buffer::~Buffer() {
  if (data_ != nullptr) pool_->give_back(data_, capacity_);
}

void Buffer::resize(std::size_t size) noexcept {
  WINGMQ_CHECK(size <= capacity_, "a buffer's size never exceeds its capacity");
  size_ = size;
  if (data_ != nullptr) std::memset(data_ + size, 0, kPadding);
}

BufferPool::BufferPool(MemoryBudget& budget) : budget_(budget), free_(std::make_unique<FreeList>()) {}

BufferPool::~BufferPool() { trim(); }

Buffer BufferPool::take(std::size_t size) {
  const std::size_t bytes = block_bytes(size);
  char* block = nullptr;
  if (bytes >= kPooledFrom) {
    const MutexLock lock(free_->mutex);
    const auto kept = free_->blocks.find(bytes);
    if (kept != free_->blocks.end() && !kept->second.empty()) {
      block = kept->second.back();
      kept->second.pop_back();
      free_->bytes -= bytes;
    }
  }
  if (block == nullptr) block = static_cast<char*>(::operator new(bytes));
  budget_.charge(bytes);
  Buffer buffer;
  buffer.pool_ = this;
  buffer.data_ = block;
  buffer.capacity_ = bytes - Buffer::kPadding;
  buffer.resize(size);
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
  if (bytes >= kPooledFrom) {
    const MutexLock lock(free_->mutex);
    if (free_->bytes + bytes <= kKeptMax) {
      try {
        free_->blocks[bytes].push_back(data);
        free_->bytes += bytes;
        return;
      } catch (const std::bad_alloc&) {
        // No memory to remember the block: free it instead.
      }
    }
  }
  ::operator delete(data);
}

void BufferPool::trim() noexcept {
  const MutexLock lock(free_->mutex);
  for (auto& [bytes, blocks] : free_->blocks) {
    for (char* block : blocks) ::operator delete(block);
  }
  free_->blocks.clear();
  free_->bytes = 0;
}

}  // namespace wingmq

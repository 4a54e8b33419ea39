#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace wingmq {

/// Counts the bytes that messages occupy: received bodies, batches, log entries. Safe for concurrent use.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::size_t limit_bytes) noexcept : limit_(limit_bytes) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  void charge(std::size_t bytes) noexcept { used_.fetch_add(bytes, std::memory_order_relaxed); }
  void release(std::size_t bytes) noexcept { used_.fetch_sub(bytes, std::memory_order_relaxed); }
  [[nodiscard]] std::size_t used() const noexcept { return used_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

 private:
  const std::size_t limit_;
  std::atomic<std::size_t> used_{0};
};

class Arena;
class BufferPool;

/// A block of bytes with one owner, in which a request's body arrives and then stays as long as its messages live.
/// Behind the last byte lie kPadding bytes that may be read (and are zero after the block is taken or resized),
/// so that a parser may look past the end.
class Buffer {
 public:
  static constexpr std::size_t kPadding = 64;

  Buffer() noexcept = default;
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    Buffer(std::move(other)).swap(*this);
    return *this;
  }
  ~Buffer();

  [[nodiscard]] char* data() noexcept { return data_; }
  [[nodiscard]] const char* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Bytes that fit without a move, padding not counted.
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] std::string_view view() const noexcept { return {data_, size_}; }

  /// Sets the number of meaningful bytes, at most capacity(), and zeroes the padding behind them.
  void resize(std::size_t size) noexcept;

 private:
  friend class BufferPool;
  void swap(Buffer& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

  BufferPool* pool_ = nullptr;
  char* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// Hands out Buffers, keeps some memory of large ones for reuse (touching fresh memory costs many times more) and charges
/// them to the budget while they are out. Safe for concurrent use. Must outlive its buffers.
class BufferPool {
 public:
  explicit BufferPool(MemoryBudget& budget);
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;
  ~BufferPool();

  /// A buffer of `size` bytes, contents unspecified, padding zero. Throws std::bad_alloc.
  [[nodiscard]] Buffer take(std::size_t size);

  /// A buffer that holds a copy of `text`.
  [[nodiscard]] Buffer copy(std::string_view text);

  /// A block of at least `bytes` bytes, for what belongs to buffers and lives as long. Charged like them. Throws std::bad_alloc.
  [[nodiscard]] char* allocate(std::size_t bytes);
  /// Takes such a block back; `bytes` as it was asked for.
  void release(char* block, std::size_t bytes) noexcept;
  /// Bytes that a block of `bytes` bytes occupies and is charged with.
  [[nodiscard]] static std::size_t occupied(std::size_t bytes) noexcept;

  /// Touches `bytes` bytes of memory now, so that later sends need not, and keeps as much for reuse from then on. Takes about
  /// a third of a second for each gigabyte. Throws std::bad_alloc.
  void prefault(std::size_t bytes);
  /// Gives memory kept for reuse back to the operating system.
  void trim() noexcept;

 private:
  MemoryBudget& budget_;
  std::atomic<std::size_t> kept_max_;  // bytes of free memory that are kept at most
  std::unique_ptr<Arena> large_;
};

}  // namespace wingmq

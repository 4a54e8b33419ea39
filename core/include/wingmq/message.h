#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "wingmq/buffer.h"

namespace wingmq {

/// Where one message's parts lie in its batch's buffer. The broker does not look into them, with one exception: `tags`.
struct Message {
  std::uint32_t body_at = 0;
  std::uint32_t body_bytes = 0;
  std::uint32_t attributes_at = 0;
  std::uint32_t attributes_bytes = 0;  ///< 0: none were sent
  std::uint32_t tags_at = 0;
  std::uint16_t tags_bytes = 0;        ///< 0: none were sent
  std::uint32_t payload_bytes = 0;     ///< as API.md D16 counts; what payload_bytes_max bounds
};

class BatchRef;

/// What one send call stored: the buffer as it arrived and one Message for each message in it. Immutable and shared.
/// Parts are text: `body` and `attributes` JSON texts, `tags` the compact array `["a","b"]`, free of escapes and spaces.
class Batch {
 public:
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  /// Makes a batch out of a received buffer and the places of its messages (at least one, each inside the buffer).
  /// `payload_bytes` is the sum over the messages. `pool` must outlive the batch. Throws std::bad_alloc.
  [[nodiscard]] static BatchRef make(BufferPool& pool, Buffer buffer, std::span<const Message> messages);

  [[nodiscard]] std::uint32_t count() const noexcept { return count_; }
  [[nodiscard]] std::uint64_t payload_bytes() const noexcept { return payload_bytes_; }
  /// Whether any message carries tags.
  [[nodiscard]] bool has_tags() const noexcept { return has_tags_; }
  /// Bytes of memory that the batch occupies.
  [[nodiscard]] std::size_t resident_bytes() const noexcept;
  /// Bytes that a batch of `count` messages in a buffer of `bytes` bytes occupies.
  [[nodiscard]] static std::size_t resident_bytes(std::size_t count, std::size_t bytes) noexcept;
  [[nodiscard]] const Message& message(std::uint32_t index) const noexcept { return messages()[index]; }
  [[nodiscard]] std::span<const Message> messages() const noexcept;

  [[nodiscard]] std::string_view body(std::uint32_t index) const noexcept;
  [[nodiscard]] std::string_view attributes(std::uint32_t index) const noexcept;
  [[nodiscard]] std::string_view tags(std::uint32_t index) const noexcept;
  /// Bytes at .. at+bytes-1 of the buffer, which hold them.
  [[nodiscard]] std::string_view part(std::uint32_t at, std::uint32_t bytes) const noexcept;

 private:
  friend class BatchRef;
  Batch(BufferPool& pool, Buffer buffer, std::span<const Message> messages) noexcept;
  ~Batch() = default;  // by destroy() only: the messages stand behind the object
  static void destroy(Batch* batch) noexcept;

  std::atomic<std::uint32_t> references_{1};
  const std::uint32_t count_;
  bool has_tags_ = false;
  std::uint64_t payload_bytes_ = 0;
  BufferPool& pool_;
  Buffer buffer_;
};

/// A share in a Batch. Copies may be used in different threads; one BatchRef object may not.
class BatchRef {
 public:
  BatchRef() noexcept = default;
  BatchRef(const BatchRef& other) noexcept : batch_(other.batch_) {
    if (batch_ != nullptr) batch_->references_.fetch_add(1, std::memory_order_relaxed);
  }
  BatchRef(BatchRef&& other) noexcept : batch_(std::exchange(other.batch_, nullptr)) {}
  BatchRef& operator=(BatchRef other) noexcept {
    std::swap(batch_, other.batch_);
    return *this;
  }
  ~BatchRef() {
    if (batch_ != nullptr && batch_->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) Batch::destroy(batch_);
  }

  [[nodiscard]] explicit operator bool() const noexcept { return batch_ != nullptr; }
  [[nodiscard]] const Batch* operator->() const noexcept { return batch_; }
  [[nodiscard]] const Batch& operator*() const noexcept { return *batch_; }
  [[nodiscard]] bool operator==(const BatchRef&) const noexcept = default;

  /// Whether nobody else shares the batch. True stays true only while nobody can copy this reference.
  [[nodiscard]] bool unique() const noexcept { return holders() == 1; }
  /// How many share the batch at this moment, this reference included; 0 when it is empty.
  [[nodiscard]] std::uint32_t holders() const noexcept {
    return batch_ != nullptr ? batch_->references_.load(std::memory_order_acquire) : 0;
  }

 private:
  friend class Batch;
  explicit BatchRef(Batch* adopted) noexcept : batch_(adopted) {}
  Batch* batch_ = nullptr;
};

}  // namespace wingmq

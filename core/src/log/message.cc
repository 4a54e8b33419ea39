#include "wingmq/message.h"

#include <cstring>
#include <new>

#include "base/check.h"

namespace wingmq {
namespace {

constexpr std::size_t block_bytes(std::size_t count) { return sizeof(Batch) + count * sizeof(Message); }

bool inside(const Buffer& buffer, std::uint32_t at, std::uint32_t bytes) {
  return std::size_t{at} + bytes <= buffer.size();
}

}  // namespace

static_assert(sizeof(Batch) % alignof(Message) == 0, "the messages stand right behind the batch");

Batch::Batch(BufferPool& pool, Buffer buffer, std::span<const Message> messages) noexcept
    : count_(static_cast<std::uint32_t>(messages.size())), pool_(pool), buffer_(std::move(buffer)) {
  std::memcpy(static_cast<void*>(this + 1), messages.data(), messages.size_bytes());
  for (const Message& message : messages) {
    WINGMQ_CHECK(inside(buffer_, message.body_at, message.body_bytes) &&
                     inside(buffer_, message.attributes_at, message.attributes_bytes) &&
                     inside(buffer_, message.tags_at, message.tags_bytes),
                 "a message's parts lie in its batch's buffer");
    payload_bytes_ += message.payload_bytes;
    has_tags_ = has_tags_ || message.tags_bytes != 0;
  }
}

BatchRef Batch::make(BufferPool& pool, Buffer buffer, std::span<const Message> messages) {
  WINGMQ_CHECK(!messages.empty(), "a batch holds at least one message");
  char* const block = pool.allocate(block_bytes(messages.size()));
  return BatchRef(::new (block) Batch(pool, std::move(buffer), messages));
}

void Batch::destroy(Batch* batch) noexcept {
  BufferPool& pool = batch->pool_;
  const std::size_t bytes = block_bytes(batch->count_);
  batch->~Batch();
  pool.release(reinterpret_cast<char*>(batch), bytes);
}

std::size_t Batch::resident_bytes() const noexcept {
  return BufferPool::occupied(block_bytes(count_)) + buffer_.capacity() + Buffer::kPadding;
}

std::size_t Batch::resident_bytes(std::size_t count, std::size_t bytes) noexcept {
  return BufferPool::occupied(block_bytes(count)) + BufferPool::occupied(bytes + Buffer::kPadding);
}

std::span<const Message> Batch::messages() const noexcept {
  return {std::launder(reinterpret_cast<const Message*>(this + 1)), count_};
}

std::string_view Batch::body(std::uint32_t index) const noexcept {
  return part(message(index).body_at, message(index).body_bytes);
}

std::string_view Batch::attributes(std::uint32_t index) const noexcept {
  return part(message(index).attributes_at, message(index).attributes_bytes);
}

std::string_view Batch::tags(std::uint32_t index) const noexcept {
  return part(message(index).tags_at, message(index).tags_bytes);
}

std::string_view Batch::part(std::uint32_t at, std::uint32_t bytes) const noexcept { return {buffer_.data() + at, bytes}; }

}  // namespace wingmq

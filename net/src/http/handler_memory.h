#pragma once

#include <atomic>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cstddef>
#include <new>
#include <utility>

namespace wingmq::net {

/// Memory for one handler at a time that waits for its turn in an event loop: who has to be told something is told it even when
/// there is no other memory. Must outlive the handler's wait.
class HandlerMemory {
 public:
  HandlerMemory() = default;
  HandlerMemory(const HandlerMemory&) = delete;
  HandlerMemory& operator=(const HandlerMemory&) = delete;

  /// Runs `handler`, a small one, on the loop. Does not throw while no other handler waits in this memory. In any thread.
  template <typename Handler>
  void post(boost::asio::io_context& context, Handler handler) {
    boost::asio::post(context, boost::asio::bind_allocator(Allocator<std::byte>(*this), std::move(handler)));
  }

 private:
  template <typename T>
  class Allocator {
   public:
    using value_type = T;  // NOLINT(readability-identifier-naming): the standard's name

    explicit Allocator(HandlerMemory& memory) noexcept : memory_(&memory) {}
    template <typename U>
    Allocator(const Allocator<U>& other) noexcept : memory_(other.memory_) {}  // NOLINT(google-explicit-constructor)
    [[nodiscard]] T* allocate(std::size_t count) { return static_cast<T*>(memory_->take(count * sizeof(T))); }
    void deallocate(T* block, std::size_t) noexcept { memory_->give_back(block); }
    bool operator==(const Allocator&) const = default;

   private:
    template <typename>
    friend class Allocator;
    HandlerMemory* memory_;
  };

  [[nodiscard]] void* take(std::size_t bytes) {
    if (bytes <= sizeof(block_) && !taken_.exchange(true, std::memory_order_acquire)) return block_;
    return ::operator new(bytes);
  }
  void give_back(void* block) noexcept {
    if (block == block_) {
      taken_.store(false, std::memory_order_release);
    } else {
      ::operator delete(block);
    }
  }

  static constexpr std::size_t kBytes = 96;
  alignas(std::max_align_t) std::byte block_[kBytes];  // NOLINT(modernize-avoid-c-arrays): raw memory
  std::atomic<bool> taken_{false};
};

}  // namespace wingmq::net

#include "faults/failing_allocations.h"

#include <cstdlib>
#include <new>

namespace {

thread_local std::uint64_t left = 0;  // allocations until one fails, itself included; 0: none does
thread_local bool failed = false;

void count_down() {
  if (left == 0 || --left > 0) return;
  failed = true;
  throw std::bad_alloc();
}

void* allocate(std::size_t bytes) {
  count_down();
  void* const block = std::malloc(bytes == 0 ? 1 : bytes);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

void* allocate(std::size_t bytes, std::align_val_t alignment) {
  count_down();
  const auto step = static_cast<std::size_t>(alignment);
  void* const block = std::aligned_alloc(step, (bytes + step - 1) / step * step);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

}  // namespace

namespace wingmq::test {

FailingAllocation::FailingAllocation(std::uint64_t n) noexcept {
  left = n;
  failed = false;
}
FailingAllocation::~FailingAllocation() { left = 0; }
bool FailingAllocation::reached() const noexcept { return failed; }

Undisturbed::Undisturbed() noexcept : left_(left) { left = 0; }
Undisturbed::~Undisturbed() { left = left_; }

}  // namespace wingmq::test

// The array and nothrow forms come here by themselves.
void* operator new(std::size_t bytes) { return allocate(bytes); }
void* operator new(std::size_t bytes, std::align_val_t alignment) { return allocate(bytes, alignment); }
void* operator new[](std::size_t bytes) { return allocate(bytes); }
void* operator new[](std::size_t bytes, std::align_val_t alignment) { return allocate(bytes, alignment); }
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
void operator delete(void* block, std::align_val_t) noexcept { std::free(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { std::free(block); }
void operator delete[](void* block) noexcept { std::free(block); }
void operator delete[](void* block, std::size_t) noexcept { std::free(block); }
void operator delete[](void* block, std::align_val_t) noexcept { std::free(block); }
void operator delete[](void* block, std::size_t, std::align_val_t) noexcept { std::free(block); }

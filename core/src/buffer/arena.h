#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "base/mutex.h"

namespace wingmq {

/// Memory for large blocks, straight from the operating system. Touching a page for the first time costs many times more
/// than using it again: so free neighbours are joined and reused before fresh pages, whatever the sizes asked for, and fresh
/// pages are asked for by the block, not by one page fault each. Safe for concurrent use. Must outlive its blocks.
class Arena {
 public:
  /// Sizes of blocks are multiples of this.
  static constexpr std::size_t kPageBytes = 4096;

  /// `kept_max`: bytes of free pages that stay for reuse. `resident_max`: above that many bytes of touched pages, in use or
  /// free, free ones are given back before fresh ones are touched.
  Arena(std::size_t kept_max, std::size_t resident_max) : kept_max_(kept_max), resident_max_(resident_max) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena();

  /// A block of `bytes` bytes, a multiple of kPageBytes and not 0, contents unspecified. Throws std::bad_alloc.
  [[nodiscard]] char* take(std::size_t bytes) EXCLUDES(mutex_);
  void give_back(char* block) noexcept EXCLUDES(mutex_);

  /// Touches fresh pages until `bytes` bytes of free ones are there to be taken, and keeps so many from now on. Throws
  /// std::bad_alloc.
  void prefault(std::size_t bytes) EXCLUDES(mutex_);
  /// Gives free pages back to the operating system until at most `bytes` bytes of them are kept.
  void keep_at_most(std::size_t bytes) noexcept EXCLUDES(mutex_);
  /// Gives all free pages back to the operating system.
  void trim() noexcept EXCLUDES(mutex_);

  /// Bytes of free pages that were touched and stay for reuse.
  [[nodiscard]] std::size_t kept() const EXCLUDES(mutex_);

 private:
  enum class State : unsigned char { kInUse, kKept, kFresh };
  using BySize = std::set<std::pair<std::size_t, char*>>;
  /// Neighbouring pages in one state.
  struct Run {
    std::size_t bytes = 0;
    State state = State::kInUse;
    BySize::node_type listing;  // of a run in use: waits here, so that giving back needs no memory
  };
  using Runs = std::map<char*, Run>;
  /// Gives a region's address space back.
  struct Unmap {
    std::size_t bytes = 0;
    void operator()(char* start) const noexcept;
  };

  [[nodiscard]] BySize& free_runs(State state) REQUIRES(mutex_) { return state == State::kKept ? kept_ : fresh_; }
  [[nodiscard]] Runs::iterator find_free(std::size_t bytes) REQUIRES(mutex_);
  void reserve(std::size_t bytes) REQUIRES(mutex_);
  void use(Runs::iterator run, std::size_t bytes) REQUIRES(mutex_);
  void release(Runs::iterator run, State state) noexcept REQUIRES(mutex_);
  BySize::node_type unlist(Runs::iterator run) noexcept REQUIRES(mutex_);
  void discard_kept(std::size_t bytes) noexcept REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::size_t kept_max_ GUARDED_BY(mutex_);
  const std::size_t resident_max_;
  Runs runs_ GUARDED_BY(mutex_);  // all there is, by address
  BySize kept_ GUARDED_BY(mutex_);
  BySize fresh_ GUARDED_BY(mutex_);  // free, and costing nothing yet
  std::vector<std::unique_ptr<char, Unmap>> regions_ GUARDED_BY(mutex_);
  std::size_t kept_bytes_ GUARDED_BY(mutex_) = 0;
  std::size_t used_bytes_ GUARDED_BY(mutex_) = 0;
};

}  // namespace wingmq

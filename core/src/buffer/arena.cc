#include "buffer/arena.h"

#include <sys/mman.h>

#include <algorithm>
#include <iterator>
#include <new>

#include "base/check.h"

#if defined(__SANITIZE_ADDRESS__)
#define WINGMQ_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WINGMQ_ASAN 1
#endif
#endif

#ifdef WINGMQ_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(start, bytes) ((void)(start), (void)(bytes))
#define ASAN_UNPOISON_MEMORY_REGION(start, bytes) ((void)(start), (void)(bytes))
#endif

namespace wingmq {
namespace {

/// Address space is reserved in pieces of this size, or of the block's when that is larger.
constexpr std::size_t kRegionBytes = std::size_t{64} << 20;

/// Free pages are given back in steps of this size.
constexpr std::size_t kDiscardStep = std::size_t{256} << 10;

/// Touches pages in one system call; page faults one by one cost twice as much. Kernels before 5.14 cannot: there the faults
/// come later.
void touch(char* start, std::size_t bytes) noexcept {
#ifdef MADV_POPULATE_WRITE
  ::madvise(start, bytes, MADV_POPULATE_WRITE);
#else
  (void)start;
  (void)bytes;
#endif
}

}  // namespace

void Arena::Unmap::operator()(char* start) const noexcept {
  ASAN_UNPOISON_MEMORY_REGION(start, bytes);
  ::munmap(start, bytes);
}

Arena::~Arena() { WINGMQ_CHECK(used_bytes_ == 0, "an arena outlives its blocks"); }

char* Arena::take(std::size_t bytes) {
  WINGMQ_CHECK(bytes != 0 && bytes % kPageBytes == 0, "a block has whole pages");
  char* block = nullptr;
  bool fresh = false;
  {
    const MutexLock lock(mutex_);
    const auto run = find_free(bytes);
    fresh = run->second.state == State::kFresh;
    use(run, bytes);
    block = run->first;
  }
  ASAN_UNPOISON_MEMORY_REGION(block, bytes);
  if (fresh) touch(block, bytes);
  return block;
}

void Arena::give_back(char* block) noexcept {
  const MutexLock lock(mutex_);
  const auto run = runs_.find(block);
  WINGMQ_CHECK(run != runs_.end() && run->second.state == State::kInUse, "only what was taken is given back");
  ASAN_POISON_MEMORY_REGION(block, run->second.bytes);
  release(run, State::kKept);
  if (kept_bytes_ > kept_max_) discard_kept(kept_bytes_ - kept_max_);
}

void Arena::prefault(std::size_t bytes) {
  const MutexLock lock(mutex_);
  kept_max_ = std::max(kept_max_, bytes);
  while (kept_bytes_ < bytes) {
    const std::size_t missing = bytes - kept_bytes_;
    if (fresh_.empty()) reserve(kRegionBytes);
    const auto run = runs_.find(fresh_.rbegin()->second);
    use(run, std::min(run->second.bytes, (missing + kPageBytes - 1) / kPageBytes * kPageBytes));
    touch(run->first, run->second.bytes);
    release(run, State::kKept);
  }
}

void Arena::keep_at_most(std::size_t bytes) noexcept {
  const MutexLock lock(mutex_);
  if (kept_bytes_ > bytes) discard_kept(kept_bytes_ - bytes);
}

void Arena::trim() noexcept {
  const MutexLock lock(mutex_);
  discard_kept(kept_bytes_);
}

std::size_t Arena::kept() const {
  const MutexLock lock(mutex_);
  return kept_bytes_;
}

/// The smallest that suffices: touched if there is one, else fresh.
Arena::Runs::iterator Arena::find_free(std::size_t bytes) {
  const auto kept = kept_.lower_bound({bytes, nullptr});
  if (kept != kept_.end()) return runs_.find(kept->second);
  if (used_bytes_ + kept_bytes_ + bytes > resident_max_) discard_kept(bytes);
  auto fresh = fresh_.lower_bound({bytes, nullptr});
  if (fresh == fresh_.end()) {
    reserve(bytes);
    fresh = fresh_.lower_bound({bytes, nullptr});
  }
  return runs_.find(fresh->second);
}

void Arena::reserve(std::size_t bytes) {
  const std::size_t size = std::max(bytes, kRegionBytes);
  void* const mapped = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  auto* const start = static_cast<char*>(mapped);
  std::unique_ptr<char, Unmap> region(start, Unmap{size});
  ASAN_POISON_MEMORY_REGION(start, size);
  regions_.reserve(regions_.size() + 1);
  BySize listed{{size, start}};
  const auto run = runs_.emplace(start, Run{.bytes = size, .listing = listed.extract(listed.begin())}).first;
  regions_.push_back(std::move(region));
  used_bytes_ += size;
  release(run, State::kFresh);
}

// --- Runs -------------------------------------------------------------------------------------------------------------

/// Makes the first `bytes` bytes of a free run a run in use.
void Arena::use(Runs::iterator run, std::size_t bytes) {
  const State state = run->second.state;
  const std::size_t rest = run->second.bytes - bytes;
  if (rest != 0) {
    BySize listed{{rest, run->first + bytes}};
    runs_.emplace_hint(std::next(run), run->first + bytes, Run{.bytes = rest, .state = state, .listing = {}});
    free_runs(state).insert(listed.extract(listed.begin()));
  }
  run->second.listing = unlist(run);
  run->second.bytes = bytes;
  run->second.state = State::kInUse;
  if (state == State::kKept) kept_bytes_ -= bytes;
  used_bytes_ += bytes;
}

/// Makes a run in use a free one, joined with neighbours in the same state.
void Arena::release(Runs::iterator run, State state) noexcept {
  used_bytes_ -= run->second.bytes;
  if (state == State::kKept) kept_bytes_ += run->second.bytes;
  run->second.state = state;
  auto listing = std::move(run->second.listing);
  const auto joins = [](Runs::iterator first, Runs::iterator second) {
    return first->second.state == second->second.state && first->first + first->second.bytes == second->first;
  };
  if (const auto next = std::next(run); next != runs_.end() && joins(run, next)) {
    unlist(next);
    run->second.bytes += next->second.bytes;
    runs_.erase(next);
  }
  if (run != runs_.begin() && joins(std::prev(run), run)) {
    const auto before = std::prev(run);
    unlist(before);
    before->second.bytes += run->second.bytes;
    runs_.erase(run);
    run = before;
  }
  listing.value() = {run->second.bytes, run->first};
  free_runs(state).insert(std::move(listing));
}

Arena::BySize::node_type Arena::unlist(Runs::iterator run) noexcept {
  return free_runs(run->second.state).extract({run->second.bytes, run->first});
}

/// Gives kept pages back to the operating system until it was `bytes` or there are none left. The smallest runs go first: they
/// are what is left of larger ones, fit no block and would stand in the place of some that do. In steps, for each costs a
/// system call.
void Arena::discard_kept(std::size_t bytes) noexcept {
  for (std::size_t discarded = 0; discarded < bytes && !kept_.empty();) {
    const auto run = runs_.find(kept_.begin()->second);
    const std::size_t whole = run->second.bytes;
    const std::size_t wanted = (bytes - discarded + kDiscardStep - 1) / kDiscardStep * kDiscardStep;
    try {
      use(run, std::min(whole, wanted));
    } catch (const std::bad_alloc&) {
      use(run, whole);  // needs no memory
    }
    discarded += run->second.bytes;
    ::madvise(run->first, run->second.bytes, MADV_DONTNEED);
    release(run, State::kFresh);
  }
}

}  // namespace wingmq

#include "reclaim.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace wingmq {
namespace {

/// The queues that may have memory to give, taken from the list of them. Those that were not found to have none go back.
class Reclaiming {
 public:
  Reclaiming(Environment& environment, const Registry& registry) {
    auto ids = environment.reclaim_list.take();
    try {
      by_age_.reserve(ids.size());
      exhausted_.reserve(ids.size());
    } catch (...) {
      for (const QueueId id : ids) note(registry.find_queue(id));
      throw;
    }
    for (const QueueId id : ids) {
      if (auto queue = registry.find_queue(id)) by_age_.push_back({age(*queue), std::move(queue)});
    }
    std::ranges::make_heap(by_age_, Younger{});
  }
  Reclaiming(const Reclaiming&) = delete;
  Reclaiming& operator=(const Reclaiming&) = delete;
  ~Reclaiming() {
    for (const Aged& each : by_age_) note(each.queue);
    for (const auto& queue : exhausted_) note(queue);
  }

  /// Takes the oldest messages, whichever queue has them. The queues in which none are left await copy_survivors().
  std::size_t take_oldest(std::size_t bytes, Time now, Effects& effects) {
    static constexpr std::size_t kBite = std::size_t{1} << 20;
    std::size_t freed = 0;
    while (freed < bytes && !by_age_.empty()) {
      Aged& oldest = by_age_.front();
      const std::size_t bite = oldest.queue->reclaim(std::min(kBite, bytes - freed), now, effects);
      freed += bite;
      std::ranges::pop_heap(by_age_, Younger{});
      Aged& taken = by_age_.back();
      if (bite != 0) {
        taken.oldest = age(*taken.queue);
        std::ranges::push_heap(by_age_, Younger{});
      } else {
        exhausted_.push_back(std::move(taken.queue));
        by_age_.pop_back();
      }
    }
    return freed;
  }

  /// Copies out what is much smaller than its batch, and takes the batches. Returns how many bytes that freed more than it cost.
  std::size_t copy_survivors(std::size_t bytes, Time now, Effects& effects) {
    std::size_t freed = 0;
    while (freed < bytes && !exhausted_.empty()) {
      Queue& queue = *exhausted_.back();
      const std::ptrdiff_t cost = queue.copy_survivors(now, effects);
      const auto taken = static_cast<std::ptrdiff_t>(queue.reclaim(SIZE_MAX, now, effects));
      exhausted_.pop_back();
      freed += static_cast<std::size_t>(std::max<std::ptrdiff_t>(taken - cost, 0));
    }
    return freed;
  }

 private:
  struct Aged {
    Time oldest{};
    std::shared_ptr<Queue> queue;
  };
  struct Younger {
    bool operator()(const Aged& a, const Aged& b) const noexcept { return a.oldest > b.oldest; }
  };

  [[nodiscard]] static Time age(const Queue& queue) { return queue.oldest().value_or(Time::max()); }
  static void note(const std::shared_ptr<Queue>& queue) noexcept {
    if (queue) queue->note_reclaimable();
  }

  std::vector<Aged> by_age_;  // a heap
  std::vector<std::shared_ptr<Queue>> exhausted_;
};

}  // namespace

std::size_t reclaim(Environment& environment, const Registry& registry, std::size_t bytes, Time now, Effects& effects) {
  Reclaiming queues(environment, registry);
  const std::size_t freed = queues.take_oldest(bytes, now, effects);
  if (freed >= bytes) return freed;
  return freed + queues.copy_survivors(bytes - freed, now, effects);
}

}  // namespace wingmq

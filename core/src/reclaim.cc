#include "reclaim.h"

#include <algorithm>

namespace wingmq {

std::size_t reclaim(Registry::Queues queues, std::size_t bytes, Time now, Effects& effects) {
  static constexpr std::size_t kBite = std::size_t{1} << 20;
  const auto age = [](const std::shared_ptr<Queue>& queue) { return queue->oldest().value_or(Time::max()); };
  std::size_t freed = 0;
  while (freed < bytes && !queues.empty()) {
    const auto oldest = std::ranges::min_element(queues, {}, age);
    const std::size_t bite = (*oldest)->reclaim(std::min(kBite, bytes - freed), now, effects);
    freed += bite;
    if (bite == 0) queues.erase(oldest);
  }
  return freed;
}

}  // namespace wingmq

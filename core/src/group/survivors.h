#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "wingmq/buffer.h"
#include "wingmq/message.h"

namespace wingmq {

/// What a group still holds of batches with which it is otherwise finished: leased and released messages and dead letters. Where
/// they are a small part, a copy of them takes the place of the batch, which can go (API.md D28). Not safe for concurrent use.
class Survivors {
 public:
  /// `finished`: the batches of which the queue needs nothing for its own sake any more. Others are left
  /// alone while anybody else shares them. `groups`: how many may make copies of the same batch; together they take half of
  /// its memory at most.
  Survivors(BufferPool& pool, std::vector<BatchRef> finished, std::size_t groups);

  /// A place where messages first … first+count-1 of a batch are held. It must stay where it is until copy_out().
  struct Place {
    BatchRef* batch = nullptr;
    std::uint32_t* first = nullptr;
    std::uint32_t count = 0;
  };
  void add(const Place& place) { places_.push_back(place); }

  /// Puts copies in the places added since the last call, where that saves memory and as long as there is memory to make them.
  void copy_out() noexcept;

  /// Bytes that copying has cost; negative where batches that nobody else held went at once.
  [[nodiscard]] std::ptrdiff_t cost() const noexcept { return cost_; }
  /// Whether somebody else than the queue and the places shares one of the finished batches, for a while (a delivery on its
  /// way): once he is done, there is more to take.
  [[nodiscard]] bool shared_by_others() const;

 private:
  void copy_out(std::span<Place> of_one_batch);

  struct Finished {
    BatchRef batch;
    std::uint32_t places = 0;
  };
  BufferPool& pool_;
  std::unordered_map<const Batch*, Finished> finished_;
  std::size_t groups_;
  std::vector<Place> places_;
  std::ptrdiff_t cost_ = 0;
};

}  // namespace wingmq

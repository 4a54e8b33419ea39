#include "group/survivors.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace wingmq {
namespace {

/// Messages of one batch, copied into a buffer that holds nothing else.
class Copy {
 public:
  explicit Copy(const Batch& source) : source_(source) {}

  void add(std::uint32_t index) {
    messages_.push_back(source_.message(index));
    const Message& message = messages_.back();
    bytes_ += std::size_t{message.body_bytes} + message.attributes_bytes + message.tags_bytes;
  }

  /// Bytes of memory that it will occupy.
  [[nodiscard]] std::size_t resident_bytes() const noexcept { return Batch::resident_bytes(messages_.size(), bytes_); }

  [[nodiscard]] BatchRef make(BufferPool& pool) {
    Buffer buffer = pool.take(bytes_);
    std::uint32_t at = 0;
    const auto move = [&buffer, &at](std::string_view part, std::uint32_t& part_at) {
      if (!part.empty()) std::memcpy(buffer.data() + at, part.data(), part.size());
      part_at = at;
      at += static_cast<std::uint32_t>(part.size());
    };
    for (Message& message : messages_) {
      const Message from = message;
      move(source_.part(from.body_at, from.body_bytes), message.body_at);
      move(source_.part(from.attributes_at, from.attributes_bytes), message.attributes_at);
      move(source_.part(from.tags_at, from.tags_bytes), message.tags_at);
    }
    return Batch::make(pool, std::move(buffer), messages_);
  }

 private:
  const Batch& source_;
  std::vector<Message> messages_;
  std::size_t bytes_ = 0;
};

}  // namespace

Survivors::Survivors(BufferPool& pool, std::vector<BatchRef> finished, std::size_t groups) : pool_(pool), groups_(groups) {
  for (BatchRef& batch : finished) {
    const Batch* key = &*batch;
    finished_.emplace(key, Finished{std::move(batch)});
  }
}

void Survivors::copy_out() noexcept {
  std::ranges::sort(places_, {}, [](const Place& each) { return std::pair(&**each.batch, *each.first); });
  for (std::span<Place> rest = places_; !rest.empty();) {
    const auto of_another = std::ranges::find_if(rest, [&](const Place& each) { return *each.batch != *rest.front().batch; });
    const auto count = static_cast<std::size_t>(of_another - rest.begin());
    try {
      copy_out(rest.first(count));
    } catch (const std::bad_alloc&) {
      break;
    }
    rest = rest.subspan(count);
  }
  places_.clear();
}

void Survivors::copy_out(std::span<Place> places) {
  const Batch& source = **places.front().batch;
  const auto finished = finished_.find(&source);
  if (finished == finished_.end() && places.front().batch->holders() != places.size()) return;
  Copy copy(source);
  std::vector<std::uint32_t> firsts;
  firsts.reserve(places.size());
  std::uint32_t copied = 0;
  std::uint32_t reached = 0;  // places may hold the same messages
  for (const Place& place : places) {
    reached = std::max(reached, *place.first);
    firsts.push_back(copied - (reached - *place.first));
    for (; reached < *place.first + place.count; ++reached, ++copied) copy.add(reached);
  }
  if (copy.resident_bytes() * 2 * groups_ > source.resident_bytes()) {
    if (finished != finished_.end()) finished->second.places += static_cast<std::uint32_t>(places.size());
    return;
  }
  const BatchRef smaller = copy.make(pool_);
  cost_ += static_cast<std::ptrdiff_t>(smaller->resident_bytes());
  if (finished == finished_.end()) cost_ -= static_cast<std::ptrdiff_t>(source.resident_bytes());
  for (std::size_t i = 0; i < places.size(); ++i) {
    *places[i].first = firsts[i];
    *places[i].batch = smaller;  // the last one may free what `source` refers to
  }
}

bool Survivors::shared_by_others() const {
  return std::ranges::any_of(finished_, [](const auto& each) {
    const Finished& finished = each.second;
    return finished.batch.holders() > finished.places + 2;  // the queue's log and this list hold it as well
  });
}

}  // namespace wingmq

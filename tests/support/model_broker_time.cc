// What time does to the model: leases, waits and messages end.
#include <algorithm>

#include "support/model_broker.h"

namespace wingmq::test {

std::optional<Time> ModelBroker::next_deadline() const {
  std::set<Time> instants;
  for (const QueueState& queue : queues_) {
    for (const auto& [message, sent] : queue.messages) instants.insert(sent + options_.limits.retention);
    for (const GroupState& group : queue.groups) {
      for (const StreamState* stream : {&group.queue, &group.dead}) {
        for (const auto& [position, entry] : stream->entries) {
          if (entry.state != MessageState::kConfirmed) instants.insert(entry.born + options_.limits.retention);
        }
        for (const Lease& lease : stream->leases) instants.insert(lease.deadline);
        for (const Parked& parked : stream->parked) instants.insert(parked.deadline);
      }
    }
  }
  if (instants.empty()) return std::nullopt;
  return *instants.begin();
}

std::vector<Fired> ModelBroker::advance(Time to) {
  std::vector<Fired> fired;
  while (true) {
    const auto instant = next_deadline();
    if (!instant || *instant > std::max(to, now_)) break;
    now_ = std::max(now_, *instant);
    settle(*instant, fired);
  }
  now_ = std::max(now_, to);
  return fired;
}

void ModelBroker::drop_gone(StreamState& stream, Time before_or_at, std::uint64_t& count) {
  std::erase_if(stream.entries, [before_or_at, &count](const auto& each) {
    const bool gone = each.second.born <= before_or_at;
    if (gone && each.second.state != MessageState::kConfirmed) ++count;
    return gone;
  });
}

void ModelBroker::end_leases(QueueState& queue, GroupState& group, Time at, FiredCounts& counts) {
  for (const Stream name : {Stream::kQueue, Stream::kDeadLetters}) {
    std::vector<std::uint64_t> over;
    for (const Lease& lease : stream_of(group, name).leases) {
      if (lease.deadline <= at) over.push_back(lease.number);
    }
    for (const std::uint64_t number : over) {
      const auto [released, died] = release(queue, group, name, number, ReleaseCause::kExpired, at, std::nullopt);
      counts[{FiredType::kLeaseExpired, {queue.spec.name, group.name}}] += released;
      counts[{FiredType::kDeadLettered, {queue.spec.name, group.name}}] += died;
    }
  }
  serve(queue, group);
}

void ModelBroker::end_waits(QueueState& queue, GroupState& group, Time at, FiredCounts& counts) {
  for (StreamState* stream : {&group.queue, &group.dead}) {
    for (const Parked& parked : stream->parked) {
      if (parked.deadline <= at) outcomes_.push_back({parked.waiter, ModelDelivery{}});
    }
    counts[{FiredType::kWaitOver, {queue.spec.name, group.name}}] +=
        std::erase_if(stream->parked, [at](const Parked& parked) { return parked.deadline <= at; });
  }
}

void ModelBroker::settle(Time at, std::vector<Fired>& fired) {
  FiredCounts counts;
  const Time gone = at - options_.limits.retention;
  for (QueueState& queue : queues_) {
    counts[{FiredType::kMessageExpired, {queue.spec.name, std::nullopt}}] +=
        std::erase_if(queue.messages, [gone](const auto& each) { return each.second <= gone; });
    for (GroupState& group : queue.groups) {
      std::uint64_t already_counted = 0;
      drop_gone(group.queue, gone, already_counted);
      drop_gone(group.dead, gone, counts[{FiredType::kMessageExpired, {queue.spec.name, group.name}}]);
    }
    for (GroupState& group : queue.groups) end_leases(queue, group, at, counts);
    for (GroupState& group : queue.groups) end_waits(queue, group, at, counts);
  }
  for (const auto& [what, count] : counts) {
    if (count != 0) fired.push_back(Fired{at, what.first, what.second.first, what.second.second, count});
  }
}

}  // namespace wingmq::test

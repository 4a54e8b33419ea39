// A group machine as bytes.
#include <utility>
#include <vector>

#include "group/change_coding.h"
#include "group/group_machine.h"

namespace wingmq {
namespace {

constexpr std::size_t kLeaseBytesMin = 7;

}  // namespace

/// What was confirmed, and what is gone, is a number of messages and nothing else: how they were cut into runs does not show.
void GroupMachine::encode_lease(std::string& out, const Lease& lease) const {
  put_number(out, lease.slot());
  put_number(out, lease.secret());
  put_time(out, lease.deadline());
  put_number(out, static_cast<std::uint64_t>(lease.span().count()));
  put_number(out, lease.total());
  put_number(out, lease.cursor());
  std::vector<LeasedRun> runs;
  std::vector<std::uint32_t> indexes;
  lease.for_each_pending([&](const Run& run, std::uint32_t index) {
    runs.push_back(described(run));
    indexes.push_back(index);
  });
  put_runs(out, runs);
  for (const std::uint32_t index : indexes) put_number(out, index);
}

void GroupMachine::encode(std::string& out) const {
  put_rule(out, tag_rule_);
  std::vector<PlaceOf> places;
  places.reserve(places_.size());
  for (std::uint32_t i = 0; i < places_.size(); ++i) places.push_back(described({i}, places_[i].cursor));
  put_places(out, places);
  put_number(out, leases_.size());
  leases_.for_each_by_deadline([&](const Lease& lease) { encode_lease(out, lease); });
  for (const Marked* marked : {&released_, &dead_}) {
    std::vector<LeasedRun> runs;
    runs.reserve(marked->runs.size());
    for (const auto& [key, run] : marked->runs) runs.push_back(described(run));
    put_runs(out, runs);
  }
}

void GroupMachine::decode_lease(ByteReader& in) {
  const auto slot = in.number_as<std::uint32_t>();
  const std::uint64_t secret = in.number();
  const Time deadline = get_time(in);
  const Millis span = get_span(in);
  const std::uint64_t total = in.number(LeaseTable::kMessagesMax);
  const std::uint64_t cursor = in.number(LeaseTable::kMessagesMax);
  const std::vector<LeasedRun> pending = get_runs(in);
  std::vector<Run> runs;
  std::uint64_t reached = 0;
  const auto skip_to = [&](std::uint64_t index) {
    if (index == reached) return;
    Run gone;
    gone.retained = false;
    gone.count = static_cast<std::uint32_t>(index - reached);
    runs.push_back(gone);
    reached = index;
  };
  for (const LeasedRun& run : pending) {
    const std::uint64_t index = in.number(LeaseTable::kMessagesMax);
    const bool fits = index >= std::max(reached, cursor) && run.count > 0 && index + run.count <= total && run.partition.value < places_.size();
    if (!fits) {
      in.fail("a lease has messages that it cannot have");
      return;
    }
    skip_to(index);
    runs.push_back(undescribed(run));
    reached += run.count;
    leased_count_ += run.count;
  }
  skip_to(total);
  if (cursor >= total || slot >= config_.slots_max || leases_.in_slot(slot) != nullptr) in.fail("a lease cannot be as it is");
  if (!in.fault().empty()) return;
  Lease& lease = leases_.open_in(slot, std::move(runs), secret, deadline - span, span);
  for (std::uint64_t i = 0; i < cursor; ++i) static_cast<void>(lease.confirm_next());
}

void GroupMachine::decode_marked(ByteReader& in, Marked& marked) {
  std::optional<Key> before;
  std::uint64_t end = 0;
  for (const LeasedRun& said : get_runs(in)) {
    const Key key{said.partition, said.offset};
    const bool behind = !before || before->partition < key.partition || (before->partition == key.partition && key.offset.value >= end);
    if (!behind || said.count == 0 || said.partition.value >= places_.size()) {
      in.fail("runs are not in order");
      return;
    }
    before = key;
    end = key.offset.value + said.count;
    marked.add(undescribed(said));
  }
}

void GroupMachine::decode(ByteReader& in) {
  tag_rule_ = get_rule(in);
  const auto places = get_places(in);
  if (places.size() != places_.size()) in.fail("the snapshot has another number of partitions");
  for (std::uint32_t i = 0; i < places.size() && in.fault().empty(); ++i) {
    if (places[i].partition.value != i) in.fail("places are not in order");
    places_[i].cursor = {places[i].entry, places[i].index, places[i].offset};
    recount(places_[i]);
  }
  for (std::size_t left = in.count(kLeaseBytesMin); left > 0 && in.fault().empty(); --left) decode_lease(in);
  decode_marked(in, released_);
  decode_marked(in, dead_);
  begin_tally();
}

}  // namespace wingmq

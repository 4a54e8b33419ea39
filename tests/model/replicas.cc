#include "model/replicas.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace wingmq::test {

Replicas::Replicas(Broker& broker, std::uint64_t seed) : broker_(broker), rng_(seed) { broker.observe(*this); }

void Replicas::on_changes(GroupId, std::uint64_t life, std::list<GroupChange> changes) noexcept {
  EXPECT_FALSE(changes.empty());
  auto& told = lives_[life].told;
  told.splice(told.end(), changes);
}

std::unique_ptr<GroupState> Replicas::fresh(const GroupSnapshot& of, const QueueSpec& spec) {
  return std::make_unique<GroupState>(broker_.options(), spec, 1, static_cast<std::uint32_t>(of.begins.size()), budget_);
}

void Replicas::repeat(Life& life, GroupState& state) {
  for (const GroupChange& change : life.told) {
    std::string bytes;
    change.encode(bytes);
    std::string_view rest = bytes;
    const auto read = GroupChange::decode(rest);
    ASSERT_TRUE(read && *read == change && rest.empty()) << "a change survives being written down";
    const auto applied = state.apply(*read);
    ASSERT_TRUE(applied) << applied.error() << ", change " << read->what.index() << " of stream " << static_cast<int>(read->stream);
  }
}

void Replicas::compare(GroupState& state, const GroupSnapshot& real) {
  state.expire(real.at);
  state.follow(real.begins);
  const std::string rebuilt = state.snapshot();
  EXPECT_EQ(GroupState::hash_in(rebuilt), real.hash);
  EXPECT_TRUE(rebuilt == real.bytes) << "a group rebuilt from its changes is another one";
}

void Replicas::check(const Project& project, GroupId group, const QueueSpec& spec) {
  const auto real = broker_.snapshot(project, group);
  ASSERT_TRUE(real);
  Life& life = lives_[real->life];
  if (!life.whole) life.whole = fresh(*real, spec);
  repeat(life, *life.whole);
  if (life.later) repeat(life, *life.later);
  repeated_ += life.told.size();
  life.told.clear();
  compare(*life.whole, *real);
  if (life.later) compare(*life.later, *real);
  if (life.later && !rng_.percent(3)) return;
  life.later = fresh(*real, spec);
  const auto restored = life.later->restore(real->bytes);
  ASSERT_TRUE(restored) << restored.error();
  EXPECT_TRUE(life.later->snapshot() == real->bytes) << "a group restored from a snapshot is another one";
}

}  // namespace wingmq::test

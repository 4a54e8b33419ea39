#include "group/group_state.h"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include "group/change_coding.h"

namespace wingmq {
namespace {

constexpr std::string_view kMagic = "WMQG";
constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kHashBytes = 8;
constexpr std::size_t kDeadLetterBytesMin = 4;

GroupMachine::Config main_config(const Options& options, const QueueSpec& spec, std::uint32_t stream, std::uint32_t slots_max) {
  return {.stream = stream,
          .kind = Stream::kQueue,
          .one_batch_at_a_time = spec.mode == QueueMode::kFifo,
          .consume_count_max = spec.consume_count_max,
          .failure_counting = options.failure_counting,
          .payload_bytes_max = options.limits.payload_bytes_max,
          .retention = options.limits.retention,
          .slots_max = slots_max};
}

GroupMachine::Config dead_config(const Options& options, const QueueSpec& spec, std::uint32_t stream, std::uint32_t slots_max) {
  GroupMachine::Config config = main_config(options, spec, stream, slots_max);
  config.kind = Stream::kDeadLetters;
  config.consume_count_max = std::nullopt;  // a dead letter does not die again
  return config;
}

}  // namespace

GroupState::GroupState(const Options& options, const QueueSpec& spec, std::uint32_t stream, std::uint32_t partitions, MemoryBudget& budget,
                       std::uint32_t slots_max)
    : main(main_config(options, spec, stream, slots_max), partitions),
      dead_letters(budget, options.limits.retention),
      dead(dead_config(options, spec, stream + 1, slots_max), 1) {}

void GroupState::note_changes(ChangeLog& log) noexcept {
  changes_ = &log;
  main.note_changes(log);
  dead.note_changes(log);
}

void GroupState::expire(Time now) noexcept {
  latest = std::max(latest, now);
  main.expire_messages(latest);
  dead_letters.expire(latest);
  dead.expire_messages(latest);
}

void GroupState::follow(std::span<const PlaceOf> begins) noexcept {
  for (const PlaceOf& begin : begins) main.follow(begin.partition, {begin.entry, begin.index, begin.offset});
  dead.follow({0}, dead_letters.begin({0}));
}

std::uint64_t GroupState::purge_dead_letters(Time now) {
  const std::uint64_t held = dead.counts(dead_letters).available;
  const Position end = dead_letters.end({0});
  dead.reset(std::span(&end, 1), now);
  dead_confirmed = dead_letters.produced();
  dead_letters.drop_before(end.entry);
  return held;
}

// --- Changes ----------------------------------------------------------------------------------------------------------

std::expected<void, std::string> GroupState::apply(const GroupChange& change) {
  if (change.at < latest) return std::unexpected("a change lies before the one that came first");
  expire(change.at);
  return apply_to_stream(change);
}

std::expected<void, std::string> GroupState::apply_to_stream(const GroupChange& change) {
  const bool of_dead = change.stream == Stream::kDeadLetters;
  GroupMachine& machine = of_dead ? dead : main;
  auto applied = std::visit(
      [&]<typename What>(const What& what) {
        if constexpr (std::is_same_v<What, LeaseEnded>) {
          return machine.apply(what, change.at, dead_letters);
        } else if constexpr (std::is_same_v<What, Redriven>) {
          return apply(what);
        } else {
          return machine.apply(what, change.at);
        }
      },
      change.what);
  if (!applied || !of_dead) return applied;
  if (std::holds_alternative<GroupReset>(change.what)) dead_confirmed = dead_letters.produced();
  if (const auto* confirmed = std::get_if<Confirmed>(&change.what)) dead_confirmed += confirmed->messages;
  dead_letters.drop_before(dead.cursor({0}).entry);
  return applied;
}

// --- Snapshots --------------------------------------------------------------------------------------------------------

void GroupState::encode_dead_letters(std::string& out) const {
  const Position begin = dead_letters.begin({0});
  put_number(out, dead_letters.produced());
  put_number(out, begin.entry);
  put_number(out, begin.offset.value);
  put_number(out, dead_letters.end({0}).entry - begin.entry);
  std::array<LogEntry, 64> entries;
  std::uint64_t next = begin.entry;
  while (const std::size_t read = dead_letters.read({0}, next, UINT64_MAX, entries)) {
    for (const LogEntry& entry : std::span(entries).first(read)) {
      const auto origin = dead_letters.origin(entry.number);
      put_number(out, entry.count);
      put_time(out, entry.at);
      put_number(out, origin.partition.value);
      put_number(out, origin.offset.value);
    }
    next = entries[read - 1].number + 1;
  }
}

void GroupState::decode_dead_letters(ByteReader& in) {
  const std::uint64_t produced = in.number(kOffsetMax);
  const std::uint64_t entry = in.number(kOffsetMax);
  const Offset offset{in.number(kOffsetMax)};
  const std::size_t count = in.count(kDeadLetterBytesMin);
  std::vector<std::pair<Run, Time>> entries(count);
  std::uint64_t messages = 0;
  Time newest{};
  for (auto& [run, at] : entries) {
    run.count = in.number_as<std::uint32_t>();
    at = get_time(in);
    run.partition.value = in.number_as<std::uint32_t>();
    run.offset.value = in.number(kOffsetMax);
    messages += run.count;
    if (run.count == 0 || at < newest) in.fail("dead letters are not in order");
    newest = at;
  }
  if (messages > produced) in.fail("there are more dead letters than messages that died");
  if (!in.fault().empty()) return;
  dead_letters.begin_at({entry, 0, offset}, produced - messages);
  if (count != 0) dead_letters.make_room(count);
  for (const auto& [run, at] : entries) dead_letters.take(run, at);
}

std::string GroupState::snapshot() const {
  std::string out(kMagic);
  put_number(out, kVersion);
  put_time(out, latest);
  put_number(out, dead_confirmed);
  main.encode(out);
  encode_dead_letters(out);
  dead.encode(out);
  const std::uint64_t hash = hash_of(out);
  for (std::size_t i = 0; i < kHashBytes; ++i) out.push_back(static_cast<char>(hash >> (8 * i)));
  return out;
}

std::uint64_t GroupState::hash_in(std::string_view snapshot) {
  std::uint64_t hash = 0;
  for (const char c : snapshot.substr(snapshot.size() - std::min(snapshot.size(), kHashBytes))) hash = hash >> 8 | std::uint64_t{static_cast<std::uint8_t>(c)} << 56;
  return hash;
}

std::expected<void, std::string> GroupState::restore(std::string_view snapshot) {
  if (!snapshot.starts_with(kMagic) || snapshot.size() < kMagic.size() + kHashBytes) return std::unexpected("this is no snapshot of a group");
  ByteReader in(snapshot.substr(kMagic.size(), snapshot.size() - kMagic.size() - kHashBytes));
  if (const std::uint64_t version = in.number(); version != kVersion) {
    return std::unexpected("the snapshot has format " + std::to_string(version) + ", this program knows those up to " + std::to_string(kVersion));
  }
  if (hash_of(snapshot.substr(0, snapshot.size() - kHashBytes)) != hash_in(snapshot)) return std::unexpected("the snapshot is damaged: its hash is another");
  latest = get_time(in);
  dead_confirmed = in.number(kOffsetMax);
  main.decode(in);
  decode_dead_letters(in);
  dead.decode(in);
  if (in.fault().empty() && !in.rest().empty()) in.fail("there is more behind its end");
  if (!in.fault().empty()) return std::unexpected("the snapshot cannot be used: " + std::string(in.fault()));
  return {};
}

}  // namespace wingmq

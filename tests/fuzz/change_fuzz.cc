// What a group did, and what it was, from bytes that may be damaged. An input is a snapshot without its frame, its length in front, and then
// changes:
//   - What can be read is written down as it was read.
//   - A snapshot that is taken is the same group when it is written and taken once more.
//   - A change that is refused has changed nothing; one that is repeated leaves a group that can be written down.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "check.h"
#include "group/group_state.h"

namespace {

using namespace wingmq;

constexpr std::uint32_t kSlotsMax = 4096;  // memory is for other things

struct Setting {
  Options options;
  QueueSpec spec{.name = "q", .description = "", .mode = QueueMode::kNormal, .consume_count_max = 2};
  MemoryBudget budget{std::size_t{1} << 30};

  [[nodiscard]] GroupState fresh() { return {options, spec, 1, 2, budget, kSlotsMax}; }
};

std::string framed(std::string_view body) {
  std::string bytes = "WMQG" + std::string(body);
  const std::uint64_t hash = hash_of(bytes);
  for (unsigned i = 0; i < 8; ++i) bytes.push_back(static_cast<char>(hash >> (8 * i)));
  return bytes;
}

void check_restored(Setting& setting, const GroupState& state) {
  const std::string written = state.snapshot();
  GroupState again = setting.fresh();
  test::require(again.restore(written).has_value(), "a snapshot can be taken", written);
  test::require(again.snapshot() == written, "a group from a snapshot is the same group", written);
}

void repeat(GroupState& state, const GroupChange& change) {
  if (change.at < state.latest) {
    test::require(!state.apply(change), "time does not go back");
    return;
  }
  state.expire(change.at);
  const std::string before = state.snapshot();
  const auto applied = state.apply(change);
  if (!applied) test::require(state.snapshot() == before, "a refused change changes nothing", applied.error());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Setting setting;
  ByteReader input(std::string_view(reinterpret_cast<const char*>(data), size));
  const std::string_view body = input.text();
  std::string_view rest = input.rest();
  GroupState restored = setting.fresh();
  const bool taken = !body.empty() && restored.restore(framed(body)).has_value();
  if (taken) check_restored(setting, restored);
  GroupState beginning = setting.fresh();
  GroupState& state = taken ? restored : beginning;
  while (!rest.empty()) {
    const std::string_view before = rest;
    const auto change = GroupChange::decode(rest);
    if (!change) break;
    std::string written;
    change->encode(written);
    test::require(written == before.substr(0, before.size() - rest.size()), "what was read is written alike");
    repeat(state, *change);
  }
  check_restored(setting, state);
  return 0;
}

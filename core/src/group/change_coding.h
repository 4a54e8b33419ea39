#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/coding.h"
#include "wingmq/group_change.h"

namespace wingmq {

// Parts that changes and snapshots have in common.

/// Far behind every time there is, and far from where sums would no longer fit.
inline constexpr std::uint64_t kMillisMax = std::uint64_t{1} << 53;
inline constexpr std::uint64_t kOffsetMax = std::uint64_t{1} << 62;

[[nodiscard]] Millis get_span(ByteReader& in);
void put_time(std::string& out, Time time);
[[nodiscard]] Time get_time(ByteReader& in);
void put_rule(std::string& out, const TagRule& rule);
[[nodiscard]] TagRule get_rule(ByteReader& in);
void put_places(std::string& out, const std::vector<PlaceOf>& places);
[[nodiscard]] std::vector<PlaceOf> get_places(ByteReader& in);
void put_stretch(std::string& out, const Stretch& stretch);
[[nodiscard]] Stretch get_stretch(ByteReader& in);
void put_runs(std::string& out, const std::vector<LeasedRun>& runs);
[[nodiscard]] std::vector<LeasedRun> get_runs(ByteReader& in);

}  // namespace wingmq

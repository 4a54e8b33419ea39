#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace wingmq {

/// 128 bits that name a thing for ever.
struct Uuid {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  auto operator<=>(const Uuid&) const = default;

  /// The 36-character lower-case form, `8-4-4-4-12`.
  [[nodiscard]] std::string text() const;

  /// Reads the 36-character form, either case; nullopt for anything else.
  [[nodiscard]] static std::optional<Uuid> parse(std::string_view text);
};

/// Names a queue. Text form: the UUID (API.md 4.1).
struct QueueId {
  Uuid value;
  auto operator<=>(const QueueId&) const = default;
  [[nodiscard]] std::string text() const { return value.text(); }
  [[nodiscard]] static std::optional<QueueId> parse(std::string_view text);
};

/// Names a consumer group. Text form: `g-` and the UUID (API.md 4.5).
struct GroupId {
  Uuid value;
  auto operator<=>(const GroupId&) const = default;
  [[nodiscard]] std::string text() const { return "g-" + value.text(); }
  [[nodiscard]] static std::optional<GroupId> parse(std::string_view text);
};

/// A tenant in a region: the owner of queues. Projects never see each other (API.md 2).
struct Project {
  std::string customer;
  std::string region;
  auto operator<=>(const Project&) const = default;
};

/// Place of a message in one partition's log: counts up from 0 and is never used twice.
struct Offset {
  std::uint64_t value = 0;
  auto operator<=>(const Offset&) const = default;
};

/// Index of a shard within its queue.
struct PartitionIndex {
  std::uint32_t value = 0;
  auto operator<=>(const PartitionIndex&) const = default;
};

/// API.md 4.1. The Kafka modes behave as NORMAL without tags and dead letters.
enum class QueueMode : std::uint8_t { kNormal, kFifo, kKafkaHa, kKafkaHt };

/// The mode's name on the wire: `NORMAL`, `FIFO`, `KAFKA-HA`, `KAFKA-HT`.
[[nodiscard]] std::string_view to_string(QueueMode mode);

/// Whether messages of such a queue may carry tags and die (API.md 4.1, D11).
[[nodiscard]] constexpr bool has_tags_and_dead_letters(QueueMode mode) {
  return mode == QueueMode::kNormal || mode == QueueMode::kFifo;
}

/// Which of a group's two streams a call reads: the queue itself, or the messages that the group failed too often.
enum class Stream : std::uint8_t { kQueue, kDeadLetters };

}  // namespace wingmq

template <>
struct std::hash<wingmq::Uuid> {
  std::size_t operator()(const wingmq::Uuid& id) const noexcept { return id.high ^ (id.low * 0x9E3779B97F4A7C15ULL); }
};
template <>
struct std::hash<wingmq::QueueId> {
  std::size_t operator()(const wingmq::QueueId& id) const noexcept { return std::hash<wingmq::Uuid>{}(id.value); }
};
template <>
struct std::hash<wingmq::GroupId> {
  std::size_t operator()(const wingmq::GroupId& id) const noexcept { return std::hash<wingmq::Uuid>{}(id.value); }
};

#include "wingmq/types.h"

namespace wingmq {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::size_t kUuidTextBytes = 36;

constexpr bool is_dash_place(std::size_t place) { return place == 8 || place == 13 || place == 18 || place == 23; }

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

}  // namespace

std::string Uuid::text() const {
  std::string text(kUuidTextBytes, '-');
  int shift = 124;
  for (std::size_t place = 0; place < kUuidTextBytes; ++place) {
    if (is_dash_place(place)) continue;
    const std::uint64_t half = shift >= 64 ? high : low;
    text[place] = kHexDigits[(half >> (shift % 64)) & 0xF];
    shift -= 4;
  }
  return text;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != kUuidTextBytes) return std::nullopt;
  Uuid id;
  for (std::size_t place = 0; place < kUuidTextBytes; ++place) {
    if (is_dash_place(place)) {
      if (text[place] != '-') return std::nullopt;
      continue;
    }
    const int digit = hex_value(text[place]);
    if (digit < 0) return std::nullopt;
    id.high = (id.high << 4) | (id.low >> 60);
    id.low = (id.low << 4) | static_cast<std::uint64_t>(digit);
  }
  return id;
}

std::optional<QueueId> QueueId::parse(std::string_view text) {
  const auto id = Uuid::parse(text);
  if (!id) return std::nullopt;
  return QueueId{*id};
}

std::optional<GroupId> GroupId::parse(std::string_view text) {
  if (!text.starts_with("g-")) return std::nullopt;
  const auto id = Uuid::parse(text.substr(2));
  if (!id) return std::nullopt;
  return GroupId{*id};
}

std::string_view to_string(QueueMode mode) {
  switch (mode) {
    case QueueMode::kNormal: return "NORMAL";
    case QueueMode::kFifo: return "FIFO";
    case QueueMode::kKafkaHa: return "KAFKA-HA";
    case QueueMode::kKafkaHt: return "KAFKA-HT";
  }
  return "?";
}

}  // namespace wingmq

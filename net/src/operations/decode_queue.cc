#include <array>
#include <utility>

#include "operations/decode.h"
#include "text/text.h"

namespace wingmq::net {
namespace {

constexpr std::size_t kRegionMax = 64;
constexpr std::size_t kQueueNameMax = 64;
constexpr std::size_t kGroupNameMax = 32;
constexpr std::size_t kDescriptionMax = 160;
constexpr std::uint64_t kConsumeCountMax = 100;

/// A queue's or group's name: 1 to `maximum` of [A-Za-z0-9_-].
std::string name_of(const Fields& fields, Fault wrong_length, std::size_t maximum) {
  const auto* given = fields.find("name");
  const auto name = fields.required_text("name");
  const bool is_text = given != nullptr && (given->form != Given::Form::kJson || given->value.kind == json::Kind::kString);
  const auto length = code_points(name);
  if (is_text && (length == 0 || length > maximum)) {
    fields.findings().refuse(
        {.fault = wrong_length, .name = fields.path("name"), .minimum = 1, .maximum = maximum, .actual = length});
  }
  if (!name.empty() && !is_word(name, "_-")) fields.refuse(Fault::kNameCharacters, "name", name);
  return std::string(name);
}

QueueMode mode_of(const Fields& info) {
  static constexpr std::pair<std::string_view, QueueMode> kModes[] = {
      {"NORMAL", QueueMode::kNormal},   {"FIFO", QueueMode::kFifo},       {"KAFKA-HA", QueueMode::kKafkaHa},
      {"KAFKA-HT", QueueMode::kKafkaHt}, {"KAFKA_HA", QueueMode::kKafkaHa}, {"KAFKA_HT", QueueMode::kKafkaHt}};
  std::string_view member = "queueMode";
  const auto* given = info.find_any({"queueMode", "queueMod"}, member);
  const auto text = given == nullptr ? std::string_view() : info.text_of(member, *given);
  if (member == "queueMod" || text.find('_') != std::string_view::npos) info.findings().note(5);
  if (text.empty()) return QueueMode::kNormal;
  for (const auto& [name, mode] : kModes) {
    if (text == name) return mode;
  }
  info.refuse(Fault::kNotOneOf, member, "NORMAL, FIFO, KAFKA-HA, KAFKA-HT");
  return QueueMode::kNormal;
}

std::string description_of(const Fields& info) {
  const auto text = info.required_text("description");
  if (text.find_first_of("<>") != std::string_view::npos) info.refuse(Fault::kDescriptionBrackets, "description", text);
  if (const auto length = code_points(text); length > kDescriptionMax) {
    info.findings().refuse({.fault = Fault::kDescriptionLength,
                            .name = info.path("description"),
                            .maximum = kDescriptionMax,
                            .actual = length});
  }
  return std::string(text);
}

/// The failures that make a message dead; nullopt when redrivePolicy is not enable, and maxConsumeCount is ignored then.
std::optional<std::uint32_t> consume_count_max_of(const Fields& info, QueueMode mode) {
  const auto policy = info.text("redrivePolicy");
  if (policy.empty() || policy == "disable") return std::nullopt;
  if (policy != "enable") {
    info.refuse(Fault::kNotOneOf, "redrivePolicy", "enable, disable");
    return std::nullopt;
  }
  if (!has_tags_and_dead_letters(mode)) {
    info.findings().note(11);
    info.refuse(Fault::kNoDeadLettersInKafka, "redrivePolicy", to_string(mode));
    return std::nullopt;
  }
  const NumberRule rule{.name = "maxConsumeCount", .fault = Fault::kConsumeCount, .maximum = kConsumeCountMax};
  const auto count = info.number(rule);
  if (count) return static_cast<std::uint32_t>(*count);
  info.findings().refuse({.fault = Fault::kConsumeCount,
                          .name = info.path(rule.name),
                          .given = "-",
                          .minimum = rule.minimum,
                          .maximum = rule.maximum});
  return std::nullopt;
}

}  // namespace

std::string decode_region(const Fields& fields) {
  const auto region = fields.required_id("regionId");
  if (region.empty()) return {};
  if (region.size() > kRegionMax || !is_word(region, "_.-")) {
    fields.findings().refuse({.fault = Fault::kBadRegion,
                              .name = fields.path("regionId"),
                              .given = shown(region),
                              .minimum = 1,
                              .maximum = kRegionMax});
  }
  return std::string(region);
}

CreateQueue decode_create_queue(const Fields& call) {
  const Fields info = call.required_object("createQueueInfo");
  CreateQueue queue;
  queue.region = decode_region(info);
  queue.spec.name = name_of(info, Fault::kQueueNameLength, kQueueNameMax);
  queue.spec.mode = mode_of(info);
  queue.spec.description = description_of(info);
  queue.spec.consume_count_max = consume_count_max_of(info, queue.spec.mode);
  return queue;
}

QueueCall decode_project_call(const Fields& call, DeadLetterFlag flag) {
  QueueCall decoded;
  decoded.region = decode_region(call);
  if (flag == DeadLetterFlag::kYes) decoded.include_dead_letters = call.flag("includeDeadletter");
  return decoded;
}

QueueCall decode_queue_call(const Fields& call, DeadLetterFlag flag) {
  QueueCall decoded;
  decoded.region = decode_region(call);
  decoded.queue_text = call.required_id("queueId");
  decoded.queue = QueueId::parse(decoded.queue_text).value_or(QueueId{});
  if (flag == DeadLetterFlag::kYes) decoded.include_dead_letters = call.flag("includeDeadletter");
  return decoded;
}

GroupsCall decode_groups(const Fields& call, std::uint32_t count_max) {
  GroupsCall decoded;
  static_cast<QueueCall&>(decoded) = decode_queue_call(call, DeadLetterFlag::kNo);
  const auto groups = call.required_json("groups");
  if (!groups) return decoded;
  read_list(call, "groups", *groups, count_max, [&](const json::Value& element, const std::string& path) {
    const Fields group = open_element(call, element, path);
    decoded.names.push_back(name_of(group, Fault::kGroupNameLength, kGroupNameMax));
  });
  return decoded;
}

}  // namespace wingmq::net

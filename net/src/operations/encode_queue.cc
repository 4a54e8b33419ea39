#include <fmt/format.h>

#include "access/project_id.h"
#include "operations/encode.h"
#include "operations/envelope.h"
#include "text/escape.h"

namespace wingmq::net {
namespace {

/// The range within which a quota may be set (API.md 4.11).
constexpr int kQuotaMin = 1;
constexpr int kQuotaMax = 20;

std::string_view redrive_policy(const QueueSpec& spec) { return spec.consume_count_max ? "enable" : "disable"; }

void append_queue(std::string& out, const QueueInfo& queue, const Limits& limits, bool dead_letters) {
  const auto reservation = std::chrono::duration_cast<std::chrono::minutes>(limits.retention).count();
  out += fmt::format(R"({{"id":"{}","name":"{}","description":)", queue.id.text(), queue.spec.name);
  append_quoted(out, queue.spec.description);
  out += fmt::format(
      R"(,"reservation":{},"created":{},"queue_mode":"{}","max_msg_size_byte":{},"produced_messages":{})", reservation,
      queue.created.time_since_epoch().count(), to_string(queue.spec.mode), limits.payload_bytes_max, queue.messages);
  if (dead_letters) out += fmt::format(R"(,"redrive_policy":"{}")", redrive_policy(queue.spec));
  if (dead_letters && queue.spec.consume_count_max) {
    out += fmt::format(R"(,"max_consume_count":{})", *queue.spec.consume_count_max);
  }
  out += fmt::format(R"(,"group_count":{}}})", queue.group_count);
}

void append_group(std::string& out, const GroupInfo& group, bool dead_letters) {
  out += fmt::format(
      R"({{"id":"{}","name":"{}","produced_messages":{},"consumed_messages":{},"available_messages":{})",
      group.id.text(), group.name, group.produced, group.consumed, group.available);
  if (dead_letters) {
    out += fmt::format(R"(,"produced_deadletters":{},"available_deadletters":{})", group.dead_produced,
                       group.dead_available);
  }
  out += '}';
}

template <typename T, typename Append>
void append_list(std::string& out, std::span<const T> list, Append&& append) {
  out += '[';
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i != 0) out += ',';
    append(list[i]);
  }
  out += ']';
}

}  // namespace

std::string encode_created_queue(const QueueInfo& queue) {
  const auto inner = fmt::format(R"({{"project_id":"{}","name":"{}","id":"{}"}})", project_id(queue.project),
                                 queue.spec.name, queue.id.text());
  std::string out = R"({"statusCode":800,"returnObj":)";
  append_quoted(out, inner);
  return out + "}";
}

std::string encode_queues(std::span<const QueueInfo> queues, const Limits& limits, bool dead_letters) {
  std::string out = R"({"statusCode":800,"queues":)";
  append_list(out, queues, [&](const QueueInfo& queue) { append_queue(out, queue, limits, dead_letters); });
  return out + fmt::format(R"(,"total":{}}})", queues.size());
}

std::string encode_queue(const QueueInfo& queue, const Limits& limits, bool dead_letters) {
  std::string inner;
  append_queue(inner, queue, limits, dead_letters);
  return enveloped(inner);
}

std::string encode_created_groups(std::string_view region, QueueId queue, std::span<const GroupInfo> groups) {
  auto out = fmt::format(
      R"({{"statusCode":800,"regionId":"{}","queueId":"{}","consumerGroupId":"{}","maxMsgs":"1","timeWait":"1","ackWait":"30s","groups":)",
      region, queue.text(), groups.front().id.text());
  append_list(out, groups, [&](const GroupInfo& group) {
    out += fmt::format(R"({{"id":"{}","name":"{}"}})", group.id.text(), group.name);
  });
  return out + "}";
}

std::string encode_groups(const QueueGroups& groups, bool dead_letters) {
  auto out = fmt::format(R"({{"statusCode":800,"queue_name":"{}","queue_id":"{}","groups":)", groups.queue.spec.name,
                         groups.queue.id.text());
  append_list(out, std::span<const GroupInfo>(groups.groups),
              [&](const GroupInfo& group) { append_group(out, group, dead_letters); });
  if (dead_letters) out += fmt::format(R"(,"redrive_policy":"{}")", redrive_policy(groups.queue.spec));
  return out + "}";
}

std::string encode_removed() {
  return R"({"statusCode":800,"errorMessageString":"","errorMessageArray":[],"succeed":true})";
}

std::string encode_quota(const Quota& quota) {
  return fmt::format(
      R"({{"statusCode":800,"quotas":{{"resources":[{{"type":"queue","quota":{},"used":{},"min":{},"max":{}}}]}}}})",
      quota.limit, quota.used, kQuotaMin, kQuotaMax);
}

}  // namespace wingmq::net

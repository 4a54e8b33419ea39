#include "control/metrics.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>
#include <vector>

#include "access/project_id.h"
#include "control/admin_result.h"

namespace wingmq::net {
namespace {

void describe(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  fmt::format_to(std::back_inserter(out), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

struct QueueMetric {
  std::string_view name;
  std::string_view help;
  std::uint64_t (*value)(const QueueInfo& queue);
};

struct GroupMetric {
  std::string_view name;
  std::string_view help;
  std::uint64_t (*value)(const GroupInfo& group);
};

constexpr QueueMetric kQueueMetrics[] = {
    {"wingmq_queue_messages", "Retained messages", [](const QueueInfo& q) { return q.messages; }},
    {"wingmq_queue_payload_bytes", "Payload of the retained messages", [](const QueueInfo& q) { return q.payload_bytes; }},
    {"wingmq_queue_resident_bytes", "Memory of the retained messages", [](const QueueInfo& q) { return q.resident_bytes; }},
};

constexpr GroupMetric kGroupMetrics[] = {
    {"wingmq_group_available_messages", "Messages still to be confirmed", [](const GroupInfo& g) { return g.available; }},
    {"wingmq_group_in_flight_messages", "Messages under a lease", [](const GroupInfo& g) { return g.in_flight; }},
    {"wingmq_group_dead_letters", "Dead letters not confirmed", [](const GroupInfo& g) { return g.dead_available; }},
    {"wingmq_group_parked_calls", "Consume calls that wait", [](const GroupInfo& g) { return g.parked; }},
};

std::string labels_of(const QueueInfo& queue) {
  return fmt::format(R"(project="{}",region="{}",queue="{}")", project_id(queue.project), queue.project.region,
                     queue.spec.name);
}

void add_queues(std::string& out, const std::vector<QueueGroups>& queues) {
  for (const auto& metric : kQueueMetrics) {
    describe(out, metric.name, "gauge", metric.help);
    for (const auto& [queue, groups] : queues) {
      fmt::format_to(std::back_inserter(out), "{}{{{}}} {}\n", metric.name, labels_of(queue), metric.value(queue));
    }
  }
}

void add_groups(std::string& out, const std::vector<QueueGroups>& queues) {
  for (const auto& metric : kGroupMetrics) {
    describe(out, metric.name, "gauge", metric.help);
    for (const auto& [queue, groups] : queues) {
      for (const GroupInfo& group : groups) {
        fmt::format_to(std::back_inserter(out), "{}{{{},group=\"{}\"}} {}\n", metric.name, labels_of(queue), group.name,
                       metric.value(group));
      }
    }
  }
}

void add_deviations(std::string& out, const Deviations& deviations) {
  describe(out, "wingmq_deviation_hits_total", "counter", "Calls that relied on a decision of net/API.md");
  for (std::uint8_t number = 1; number <= kDecisionCount; ++number) {
    fmt::format_to(std::back_inserter(out), "wingmq_deviation_hits_total{{id=\"D{:02}\"}} {}\n", number,
                   deviations.hits(number));
  }
}

void add_signature_faults(std::string& out, const Authenticator& auth) {
  describe(out, "wingmq_signature_faults_total", "counter", "Calls whose signature was wrong, by reason");
  for (std::size_t i = 1; i < kSignatureFaults; ++i) {
    const auto fault = static_cast<SignatureFault>(i);
    fmt::format_to(std::back_inserter(out), "wingmq_signature_faults_total{{reason=\"{}\"}} {}\n", to_string(fault),
                   auth.faults(fault));
  }
}

}  // namespace

Reply metrics(Engine& engine, const Deviations& deviations, const Authenticator& auth) {
  Reply reply;
  reply.content_type = "text/plain; version=0.0.4; charset=utf-8";
  reply.headers = not_for_other_sites();
  describe(reply.body, "wingmq_memory_used_bytes", "gauge", "Message memory in use");
  reply.body += fmt::format("wingmq_memory_used_bytes {}\n", engine.memory().used());
  describe(reply.body, "wingmq_memory_limit_bytes", "gauge", "Message memory at which sends are refused");
  reply.body += fmt::format("wingmq_memory_limit_bytes {}\n", engine.memory().limit());
  const auto queues = engine.recent_counts();
  add_queues(reply.body, queues);
  add_groups(reply.body, queues);
  add_deviations(reply.body, deviations);
  add_signature_faults(reply.body, auth);
  return reply;
}

}  // namespace wingmq::net

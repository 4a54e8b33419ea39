#include "control/openapi_tables.h"

namespace wingmq::net {
namespace {


constexpr ParameterDoc kGroupInPath = {"g", true, R"({"type":"string"})", "A group's id or name.", R"("billing")"};
constexpr ParameterDoc kOneGroup[] = {kQueueInPath, kGroupInPath, kOnlyRegion, kOnlyProject};
constexpr ParameterDoc kWaiting[] = {
    {"queue", true, R"({"type":"string"})", "A queue's id or name.", R"("orders")"},
    {"group", false, R"({"type":"string"})", "A group's id or name. Without one, messages is the only count.", R"("billing")"},
    {"until", false, R"({"type":"array","items":{"type":"string"}})",
     "drained, or COUNT OP NUMBER as in available>=3, with >= <= == > <. Given several times, all must hold at once.", R"(["drained"])"},
    {"never", false, R"({"type":"string"})", "In place of until: a condition that must not come true.", R"("dead_available>0")"},
    {"timeout", false, R"({"type":"string","default":"10s"})", "With until: how long to wait, at most 10m, by the wall clock.", R"("10s")"},
    {"for", false, R"({"type":"string"})", "With never: how long it must not come true, at most 10m, by the wall clock.", R"("2s")"},
    kOnlyRegion,
    kOnlyProject};

constexpr std::string_view kQueueExample =
    R"({"id":"c7a1f0de-4b8e-4c55-9d3a-1f2e3d4c5b6a","name":"orders","project_id":"5f2b7c1e9a3d4f608b7a6c5d4e3f2a1b",
        "customer":"test","region":"cn-snxy1","description":"","mode":"NORMAL","redrive_policy":"disable",
        "created":1795420800000,"messages":0,"payload_bytes":0,"resident_bytes":0,"groups":[]})";

constexpr ParameterDoc kFaultInPath[] = {{"id", true, R"({"type":"string"})", "A rule's id.", R"("lost-confirm")"}};
constexpr std::string_view kFaultExample =
    R"({"id":"lost-confirm","match":{"operation":"confirmConsumedSpecifiedMessage","queue":"orders"},"when":{"skip":1,"times":2},"do":{"type":"lose_reply"}})";
constexpr std::string_view kSeenExample =
    R"({"id":"lost-confirm","match":{"operation":"confirmConsumedSpecifiedMessage","queue":"orders"},"when":{"skip":1,"times":2},"do":{"type":"lose_reply"},"seen":0,"hits":0})";

constexpr ServiceDoc kTesters[] = {
    {"createQueueUnsigned", "/__admin/queues", "POST", "Makes a queue with its groups",
     "queue is written as --queue is: NAME?region=R&mode=M&groups=G,G&dlq=N. With if_missing a queue that is there and the same is shown, with 200.",
     {},
     R"({"type":"object","required":["queue"],"additionalProperties":false,"properties":{"queue":{"type":"string"},
         "if_missing":{"type":"boolean","default":false}}})",
     R"({"queue":"orders?mode=FIFO&groups=g1,g2&dlq=3"})", kJsonMedia, R"({"$ref":"#/components/schemas/AdminQueue"})", kQueueExample, "400 409 415",
     "200 201"},
    {"removeQueueUnsigned", "/__admin/queues/{q}", "DELETE", "Removes a queue", "", kOneQueue, "", "", kJsonMedia,
     R"({"type":"object","required":["removed"],"properties":{"removed":{"type":"string","description":"Its id."}}})",
     R"({"removed":"c7a1f0de-4b8e-4c55-9d3a-1f2e3d4c5b6a"})", "400 404 409"},
    {"sendUnsigned", "/__admin/queues/{q}/messages", "POST", "Sends messages", "With the limits of sendSpecifyQueueMessage.", kOneQueue,
     R"({"type":"object","required":["messages"],"additionalProperties":false,"properties":{"messages":{"type":"array","minItems":1,"items":{
         "type":"object","required":["body"],"additionalProperties":false,"properties":{"body":{},"tags":{"$ref":"#/components/schemas/Tags"},
         "attributes":{"type":"object"}}}}}})",
     R"({"messages":[{"body":"x","tags":[],"attributes":{}}]})", kJsonMedia,
     R"({"type":"object","required":["sent","messages"],"properties":{"sent":{"type":"integer"},"messages":{"type":"array","items":{
         "type":"object","required":["partition","offset"],"properties":{"partition":{"type":"integer"},"offset":{"type":"integer"}}}}}})",
     R"({"sent":1,"messages":[{"partition":0,"offset":7}]})", "400 404 409 413 415 507"},
    {"purge", "/__admin/queues/{q}/purge", "POST", "Forgets a queue's messages, or puts a group behind them",
     "Without group, messages, leases and dead letters are gone; with one, that group passes over all that it has not finished with, and keeps its dead letters.",
     kOneQueue, R"({"type":"object","additionalProperties":false,"properties":{"group":{"type":"string"}}})", "{}", kJsonMedia,
     R"({"type":"object","required":["purged"],"properties":{"purged":{"type":"integer"}}})", R"({"purged":12})", "400 404 409 415"},
    {"redrive", "/__admin/queues/{q}/groups/{g}/redrive", "POST", "Makes dead letters available messages again",
     "They stand where they stood, with no failure counted. Dead letters in flight stay; so do those whose messages a reset made available again or whose own retention is over.",
     kOneGroup, R"({"type":"object","additionalProperties":false,"properties":{"max":{"type":"integer","minimum":1}}})", "{}", kJsonMedia,
     R"({"type":"object","required":["moved"],"properties":{"moved":{"type":"integer"}}})", R"({"moved":3})", "400 404 409 415"},
    {"expireLeases", "/__admin/queues/{q}/groups/{g}/expire", "POST", "Ends leases now, as if their time had come",
     "All of the group, or the one that holds a message. A failure is counted for each message that it holds.", kOneGroup,
     R"({"type":"object","additionalProperties":false,"properties":{"partition":{"type":"integer","minimum":0},"offset":{"type":"integer","minimum":0}}})",
     "{}", kJsonMedia, R"({"type":"object","required":["expired"],"properties":{"expired":{"type":"integer","description":"Messages."}}})",
     R"({"expired":2})", "400 404 409 415"},
    {"showBalance", "/__admin/queues/{q}/balance", "GET", "Tells what became of each group's messages",
     "Since the group began, or was last put back to earlier messages: produced is the sum of the others, in_flight being a part of available.", kOneQueue, "",
     "", kJsonMedia,
     R"({"type":"object","required":["balanced","groups"],"properties":{"balanced":{"type":"boolean"},"groups":{"type":"array","items":{"type":"object",
         "required":["group","produced","confirmed","available","in_flight","dead","skipped","expired","balanced"],"properties":{
         "group":{"type":"string"},"produced":{"type":"integer"},"confirmed":{"type":"integer"},"available":{"type":"integer"},
         "in_flight":{"type":"integer"},"dead":{"type":"integer"},"skipped":{"type":"integer"},"expired":{"type":"integer"},
         "balanced":{"type":"boolean"}}}}}})",
     R"({"balanced":true,"groups":[{"group":"billing","produced":3,"confirmed":1,"available":2,"in_flight":1,"dead":0,"skipped":0,"expired":0,"balanced":true}]})",
     "400 404 409"},
    {"wait", "/__admin/wait", "GET", "Waits until counts are as wanted",
     "Or, with never, until they have not become so for a while. Counts toward nothing, not even toward parked. 409 with never: it came true.",
     kWaiting, "", "", kJsonMedia,
     R"({"type":"object","required":["met","waited_ms","counts"],"properties":{"met":{"const":true},"waited_ms":{"type":"integer"},
         "counts":{"type":"object","additionalProperties":{"type":"integer"}}}})",
     R"({"met":true,"waited_ms":41,"counts":{"produced":1,"consumed":1,"available":0,"in_flight":0,"dead_produced":0,"dead_available":0,"dead_in_flight":0,"parked":0}})",
     "400 404 408 409 503"},
    {"listFaults", "/__admin/faults", "GET", "Lists the fault rules", "seen counts the calls that a rule matches, hits those that it broke.", {}, "", "", kJsonMedia,
     R"({"type":"object","required":["faults"],"properties":{"faults":{"type":"array","items":{"$ref":"#/components/schemas/FaultSeen"}}}})",
     R"({"faults":[]})", ""},
    {"addFault", "/__admin/faults", "POST", "Has calls break on purpose",
     "The first rule that matches and is due wins. A reply that it touched has X-WingMQ-Fault with its id.", {},
     R"({"$ref":"#/components/schemas/Fault"})", kFaultExample, kJsonMedia, R"({"$ref":"#/components/schemas/FaultSeen"})", kSeenExample, "400 409 415", "201"},
    {"removeFaults", "/__admin/faults", "DELETE", "Removes all fault rules", "", {}, "", "", kJsonMedia,
     R"({"type":"object","required":["removed"],"properties":{"removed":{"type":"integer"}}})", R"({"removed":2})", "400"},
    {"removeFault", "/__admin/faults/{id}", "DELETE", "Removes a fault rule", "", kFaultInPath, "", "", kJsonMedia,
     R"({"type":"object","required":["removed"],"properties":{"removed":{"type":"string"}}})", R"({"removed":"lost-confirm"})", "400 404"},
};

}  // namespace

std::span<const ServiceDoc> tester_docs() { return kTesters; }

}  // namespace wingmq::net

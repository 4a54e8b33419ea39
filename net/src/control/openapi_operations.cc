#include "control/openapi_tables.h"

namespace wingmq::net {
namespace {

constexpr std::string_view kText = R"({"type":"string"})";
constexpr std::string_view kFlag =
    R"({"type":["boolean","string"],"enum":[true,false,"true","false"],"default":false})";
constexpr std::string_view kNames =
    R"({"type":"array","minItems":1,"maxItems":3,"items":{"$ref":"#/components/schemas/GroupName"}})";
constexpr std::string_view kNamesExample = R"([{"name":"billing"},{"name":"audit"}])";
constexpr std::string_view kDone = R"({"type":"object","required":["errorMessageString","errorMessageArray","succeed"],
  "properties":{"errorMessageString":{"const":""},"errorMessageArray":{"type":"array","maxItems":0},
  "succeed":{"const":true}}})";
constexpr std::string_view kDoneExample = R"({"errorMessageString":"","errorMessageArray":[],"succeed":true})";
constexpr std::string_view kDeliveries = R"({"type":"array","items":{"$ref":"#/components/schemas/Delivered"}})";
constexpr std::string_view kDeliveriesExample =
    R"([{"handler":"AAAAAQAAAAAAAHNlY3JldDEy","message":{"body":{"order":17},"attributes":{"trace":"a1"},"tags":["new"]}}])";
constexpr std::string_view kTally = R"({"type":"object","required":["success","fail"],
  "properties":{"success":{"type":"integer","minimum":0},"fail":{"type":"integer","minimum":0}}})";

constexpr ParameterDoc kRegion = {"regionId", true, R"({"type":"string","pattern":"^[A-Za-z0-9_.-]{1,64}$"})",
                                  "The region. Ids of another region are not found.", R"("cn-snxy1")"};
constexpr ParameterDoc kQueue = {"queueId", true, kText, "The queue's id.",
                                 R"("c7a1f0de-4b8e-4c55-9d3a-1f2e3d4c5b6a")"};
constexpr ParameterDoc kGroup = {"consumerGroupId", true, kText, "The consumer group's id.",
                                 R"("g-0b9d6f4e-52f3-4a6f-8f0e-7c1d2e3f4a5b")"};
constexpr ParameterDoc kDeadLetters = {"includeDeadletter", false, kFlag, "Adds what concerns dead letters.", "true"};

constexpr ParameterDoc kCreateQueue[] = {
    {"createQueueInfo", true, R"({"$ref":"#/components/schemas/CreateQueueInfo"})", "The queue to be.",
     R"({"regionId":"cn-snxy1","name":"orders","queueMode":"NORMAL","description":"incoming orders",
         "redrivePolicy":"enable","maxConsumeCount":3})"}};
constexpr ParameterDoc kQueryQueue[] = {kRegion, kDeadLetters};
constexpr ParameterDoc kQuerySpecifyQueue[] = {kRegion, kQueue, kDeadLetters};
constexpr ParameterDoc kRemoveQueue[] = {kRegion, kQueue};
constexpr ParameterDoc kCreateGroups[] = {
    kRegion, kQueue, {"groups", true, kNames, "Names of the groups to be.", kNamesExample}};
constexpr ParameterDoc kRemoveGroups[] = {
    kRegion, kQueue, {"groups", true, kNames, "Names of groups, all of which must exist.", kNamesExample}};
constexpr ParameterDoc kSend[] = {
    kRegion,
    kQueue,
    {"messages", true,
     R"({"type":"array","minItems":1,"maxItems":1000,"items":{"$ref":"#/components/schemas/Message"}})",
     "What to send, all or nothing.", R"([{"body":{"order":17},"attributes":{"trace":"a1"},"tags":["new"]}])"}};
constexpr ParameterDoc kConsume[] = {{"consumerQueueInfo", true, R"({"$ref":"#/components/schemas/ConsumerQueueInfo"})",
                                      "What to receive.",
                                      R"({"regionId":"cn-snxy1","queueId":"c7a1f0de-4b8e-4c55-9d3a-1f2e3d4c5b6a",
         "consumerGroupId":"g-0b9d6f4e-52f3-4a6f-8f0e-7c1d2e3f4a5b","maxMsgs":10,"timeWait":3,"ackWait":30,
         "tag":"new","tagType":"or"})"}};
constexpr ParameterDoc kConfirm[] = {
    kRegion,
    kQueue,
    kGroup,
    {"message", true, R"({"$ref":"#/components/schemas/Confirmation"})", "Handlers with what became of their messages.",
     R"([{"handler":"AAAAAQAAAAAAAHNlY3JldDEy","status":"success"}])"}};
constexpr ParameterDoc kQuota[] = {kRegion};
constexpr ParameterDoc kConsumeDead[] = {
    {"consumedMessageInfo", true, R"({"$ref":"#/components/schemas/ConsumeDeadLettersInfo"})", "What to receive.",
     R"({"regionId":"cn-snxy1","consumerGroupId":"g-0b9d6f4e-52f3-4a6f-8f0e-7c1d2e3f4a5b","maxMsgs":10,"timeWait":3,
         "ackWait":60})"}};
constexpr ParameterDoc kConfirmDead[] = {{"consumedMessageInfo", true,
                                          R"({"$ref":"#/components/schemas/ConfirmDeadLettersInfo"})",
                                          "Handlers with what became of their dead letters.",
                                          R"({"regionId":"cn-snxy1","queueId":"c7a1f0de-4b8e-4c55-9d3a-1f2e3d4c5b6a",
         "consumerGroupId":"g-0b9d6f4e-52f3-4a6f-8f0e-7c1d2e3f4a5b",
         "message":[{"handler":"AAAAAQAAAAAAAHNlY3JldDEy","status":"success"}]})"}};
constexpr ParameterDoc kReset[] = {{"consumedMessageInfo", true, R"({"$ref":"#/components/schemas/ResetInfo"})",
                                    "Which group to move, and where to.",
                                    R"({"regionId":"cn-snxy1","queueId":"c7a1f0de-4b8e-4c55-9d3a-1f2e3d4c5b6a",
         "consumerGroupId":"g-0b9d6f4e-52f3-4a6f-8f0e-7c1d2e3f4a5b","config":{"timestamp":"earliest","force":true}})"}};

constexpr OperationDoc kOperations[] = {
    {"createQueue", "POST", "Makes a queue",
     "Names are unique in the project. The Kafka modes have neither tags nor dead letters.", kCreateQueue,
     Wrapping::kReturnObj,
     R"({"type":"object","required":["project_id","name","id"],"properties":{
         "project_id":{"type":"string","pattern":"^[0-9a-f]{32}$"},"name":{"type":"string"},
         "id":{"type":"string","format":"uuid"}}})",
     R"({"project_id":"5f2b7c1e9a3d4f608b7a6c5d4e3f2a1b","name":"orders","id":"c7a1f0de-4b8e-4c55-9d3a-1f2e3d4c5b6a"})",
     "DMS.10240007 DMS.10240011 DMS.10240010 DMS.10240013 DMS.10240022 DMS.10240017 DMS.10240020"},
    {"queryQueue", "GET", "Lists the project's queues", "In order of creation.", kQueryQueue, Wrapping::kNone,
     R"({"type":"object","required":["queues","total"],"properties":{
         "queues":{"type":"array","items":{"$ref":"#/components/schemas/Queue"}},"total":{"type":"integer"}}})",
     R"({"queues":[{"id":"c7a1f0de-4b8e-4c55-9d3a-1f2e3d4c5b6a","name":"orders","description":"incoming orders",
         "reservation":4320,"created":1795420800000,"queue_mode":"NORMAL","max_msg_size_byte":524288,
         "produced_messages":1,"group_count":1,"redrive_policy":"enable","max_consume_count":3}],"total":1})",
     ""},
    {"querySpecifyQueue", "GET", "Shows one queue", "", kQuerySpecifyQueue, Wrapping::kEnvelope,
     R"({"$ref":"#/components/schemas/Queue"})",
     R"({"id":"c7a1f0de-4b8e-4c55-9d3a-1f2e3d4c5b6a","name":"orders","description":"incoming orders","reservation":4320,
         "created":1795420800000,"queue_mode":"NORMAL","max_msg_size_byte":524288,"produced_messages":1,"group_count":1})",
     "DMS.10240401"},
    {"removeQueue", "POST", "Deletes a queue", "Its messages, groups and dead letters go with it.", kRemoveQueue,
     Wrapping::kNone, kDone, kDoneExample, "DMS.10240401"},
    {"createConsumeGroup", "POST", "Makes consumer groups",
     "All or none. A group begins with the oldest message kept. The flat members describe the first group.",
     kCreateGroups, Wrapping::kNone,
     R"({"type":"object","required":["regionId","queueId","consumerGroupId","maxMsgs","timeWait","ackWait","groups"],
         "properties":{"regionId":{"type":"string"},"queueId":{"type":"string"},"consumerGroupId":{"type":"string"},
         "maxMsgs":{"const":"1"},"timeWait":{"const":"1"},"ackWait":{"const":"30s"},
         "groups":{"type":"array","items":{"type":"object","required":["id","name"],
         "properties":{"id":{"type":"string"},"name":{"type":"string"}}}}}})",
     R"({"regionId":"cn-snxy1","queueId":"c7a1f0de-4b8e-4c55-9d3a-1f2e3d4c5b6a",
         "consumerGroupId":"g-0b9d6f4e-52f3-4a6f-8f0e-7c1d2e3f4a5b","maxMsgs":"1","timeWait":"1","ackWait":"30s",
         "groups":[{"id":"g-0b9d6f4e-52f3-4a6f-8f0e-7c1d2e3f4a5b","name":"billing"},
                   {"id":"g-9a8b7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d","name":"audit"}]})",
     "DMS.10240007 DMS.10240012 DMS.10240401 DMS.10240018 DMS.10240019"},
    {"querySpecifyQueueAllConsumerGroup", "GET", "Lists a queue's consumer groups with their counts",
     "Counts cover what is still kept: produced = consumed + available + dead.", kQuerySpecifyQueue, Wrapping::kNone,
     R"({"type":"object","required":["queue_name","queue_id","groups"],"properties":{"queue_name":{"type":"string"},
         "queue_id":{"type":"string"},"redrive_policy":{"enum":["enable","disable"]},
         "groups":{"type":"array","items":{"$ref":"#/components/schemas/Group"}}}})",
     R"({"queue_name":"orders","queue_id":"c7a1f0de-4b8e-4c55-9d3a-1f2e3d4c5b6a","redrive_policy":"enable",
         "groups":[{"id":"g-0b9d6f4e-52f3-4a6f-8f0e-7c1d2e3f4a5b","name":"billing","produced_messages":3,
         "consumed_messages":1,"available_messages":2,"produced_deadletters":0,"available_deadletters":0}]})",
     "DMS.10240401"},
    {"removeSpecifyConsumerGroup", "POST", "Deletes consumer groups",
     "All or none. Their dead letters go with them, the queue's messages stay.", kRemoveGroups, Wrapping::kNone, kDone,
     kDoneExample, "DMS.10240401 DMS.10240405"},
    {"sendSpecifyQueueMessage", "POST", "Sends messages",
     "All or none, and in a FIFO queue without a gap. Bodies, attributes and tags come back as they were sent.", kSend,
     Wrapping::kNone,
     R"({"type":"object","required":["messages"],"properties":{"messages":{"type":"array","items":{"type":"object",
         "required":["error","state","error_code"],"properties":{"error":{"type":"null"},"state":{"const":0},
         "error_code":{"type":"null"}}}}}})",
     R"({"messages":[{"error":null,"state":0,"error_code":null}]})",
     "DMS.10540001 DMS.10240004 DMS.10240401 DMS.10540011 WMQ.MEMORY_FULL"},
    {"consumptionMessage", "GET", "Receives messages",
     "Waits up to timeWait while there is none. What was received is hidden from the group for ackWait.", kConsume,
     Wrapping::kEnvelope, kDeliveries, kDeliveriesExample,
     "DMS.10240014 DMS.10240021 DMS.10542206 DMS.10550035 DMS.10240004 DMS.10240401 DMS.10240405 DMS.10542204 WMQ.UNAVAILABLE"},
    {"confirmConsumedSpecifiedMessage", "POST", "Confirms received messages, or gives them back",
     "One unusable handler refuses the whole call. Within a batch the first failure or gap releases everything behind "
     "it.",
     kConfirm, Wrapping::kEnvelope, kTally, R"({"success":1,"fail":0})",
     "DMS.10540003 DMS.10240401 DMS.10240405 DMS.10540004 DMS.10542209"},
    {"queryQuota", "GET", "Shows how many queues the project has and may have", "", kQuota, Wrapping::kNone,
     R"({"type":"object","required":["quotas"],"properties":{"quotas":{"type":"object","required":["resources"],
         "properties":{"resources":{"type":"array","items":{"type":"object",
         "required":["type","quota","used","min","max"],"properties":{"type":{"const":"queue"},
         "quota":{"type":"integer"},"used":{"type":"integer"},"min":{"type":"integer"},"max":{"type":"integer"}}}}}}}})",
     R"({"quotas":{"resources":[{"type":"queue","quota":5,"used":1,"min":1,"max":20}]}})", ""},
    {"consumeDeadlettersMessage", "GET", "Receives a group's dead letters",
     "In the order in which they died, leased for 100 seconds at most.", kConsumeDead, Wrapping::kEnvelope, kDeliveries,
     kDeliveriesExample, "DMS.10240014 DMS.10240021 DMS.10542206 DMS.10240401 DMS.10240405 WMQ.UNAVAILABLE"},
    {"confirmConsumeDeadlettersMessage", "POST", "Confirms dead letters, or gives them back",
     "Rules of confirmConsumedSpecifiedMessage; a dead letter that fails becomes available again.", kConfirmDead,
     Wrapping::kEnvelope, kTally, R"({"success":1,"fail":0})",
     "DMS.10540003 DMS.10240401 DMS.10240405 DMS.10540004 DMS.10542209"},
    {"consumeReset", "POST", "Moves a group to another place in its queue",
     "Failure counts start again; dead letters and the tag rule stay.", kReset, Wrapping::kEnvelope,
     R"({"type":"object","required":["status"],"properties":{"status":{"const":"success"}}})",
     R"({"status":"success"})", "DMS.10240401 DMS.10240405 DMS.00400142 WMQ.RESET_BUSY"},
};

}  // namespace

std::span<const OperationDoc> operation_docs() { return kOperations; }

}  // namespace wingmq::net

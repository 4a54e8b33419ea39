#include "control/openapi_tables.h"

namespace wingmq::net {

namespace {

constexpr std::string_view kSchemas = R"({
"Region":{"type":"string","pattern":"^[A-Za-z0-9_.-]{1,64}$"},
"Name":{"type":"string","pattern":"^[A-Za-z0-9_-]+$"},
"GroupName":{"type":"object","required":["name"],"properties":{
  "name":{"allOf":[{"$ref":"#/components/schemas/Name"},{"maxLength":32}]}}},
"CustomInfo":{"type":"object","description":"Whose resources are meant. Without type, or with 0: those of the key's owner.",
  "properties":{"name":{"type":"string"},"email":{"type":"string"},"phone":{"type":"string"},
  "type":{"enum":[0,1,2,"","0","1","2"],"description":"1: the customer is identity.crmBizId; 2: identity.accountId"},
  "identity":{"type":"object","properties":{"crmBizId":{"type":"string"},"accountId":{"type":"string"}}}}},
"CreateQueueInfo":{"type":"object","required":["regionId","name","description"],"properties":{
  "regionId":{"$ref":"#/components/schemas/Region"},
  "name":{"allOf":[{"$ref":"#/components/schemas/Name"},{"maxLength":64}]},
  "queueMode":{"enum":["NORMAL","FIFO","KAFKA-HA","KAFKA-HT"],"default":"NORMAL"},
  "description":{"type":"string","maxLength":160,"pattern":"^[^<>]*$"},
  "redrivePolicy":{"enum":["enable","disable"],"default":"disable"},
  "maxConsumeCount":{"type":["integer","string"],"minimum":1,"maximum":100,
    "description":"Required with redrivePolicy enable: failures after which a message is dead."}}},
"Queue":{"type":"object",
  "required":["id","name","description","reservation","created","queue_mode","max_msg_size_byte","produced_messages","group_count"],
  "properties":{"id":{"type":"string","format":"uuid"},"name":{"type":"string"},"description":{"type":"string"},
  "reservation":{"type":"integer","description":"Minutes that a message is kept."},
  "created":{"type":"integer","description":"Milliseconds since 1970."},
  "queue_mode":{"enum":["NORMAL","FIFO","KAFKA-HA","KAFKA-HT"]},"max_msg_size_byte":{"type":"integer"},
  "produced_messages":{"type":"integer"},"group_count":{"type":"integer"},
  "redrive_policy":{"enum":["enable","disable"],"description":"With includeDeadletter."},
  "max_consume_count":{"type":"integer","description":"With includeDeadletter, where dead letters are enabled."}}},
"Group":{"type":"object","required":["id","name","produced_messages","consumed_messages","available_messages"],
  "properties":{"id":{"type":"string"},"name":{"type":"string"},"produced_messages":{"type":"integer"},
  "consumed_messages":{"type":"integer"},"available_messages":{"type":"integer"},
  "produced_deadletters":{"type":"integer","description":"With includeDeadletter."},
  "available_deadletters":{"type":"integer","description":"With includeDeadletter."}}},
"Tags":{"type":"array","maxItems":3,"items":{"type":"string","pattern":"^[A-Za-z0-9_-]{1,64}$"}},
"Message":{"type":"object","required":["body"],"properties":{"body":{"description":"Any JSON value."},
  "attributes":{"type":"object"},"tags":{"$ref":"#/components/schemas/Tags"}}},
"Delivered":{"type":"object","required":["handler","message"],"properties":{
  "handler":{"type":"string","maxLength":512,"description":"Receipt, needed to confirm. Opaque."},
  "message":{"type":"object","required":["body","attributes","tags"],"properties":{"body":{},
  "attributes":{"type":"object"},"tags":{"$ref":"#/components/schemas/Tags"}}}}},
"MaxMsgs":{"type":["integer","string"],"minimum":1,"maximum":1000,"default":10},
"TimeWait":{"type":["integer","string"],"minimum":1,"maximum":60,"default":3,"description":"Seconds."},
"AckWait":{"type":["integer","string"],"minimum":15,"maximum":300,"default":30,"description":"Seconds."},
"ConsumerQueueInfo":{"type":"object","required":["regionId","queueId","consumerGroupId"],"properties":{
  "regionId":{"$ref":"#/components/schemas/Region"},"queueId":{"type":"string"},"consumerGroupId":{"type":"string"},
  "maxMsgs":{"$ref":"#/components/schemas/MaxMsgs"},"timeWait":{"$ref":"#/components/schemas/TimeWait"},
  "ackWait":{"$ref":"#/components/schemas/AckWait"},
  "tag":{"oneOf":[{"type":"string","description":"One tag, or several separated by commas."},
    {"$ref":"#/components/schemas/Tags"}],"description":"Also called tags or tagList."},
  "tagType":{"enum":["or","and"],"default":"or"}}},
"Confirmation":{"type":"array","minItems":1,"maxItems":1000,"items":{"type":"object","required":["handler","status"],
  "properties":{"handler":{"type":"string"},"status":{"enum":["success","fail","false"]}}}},
"ConsumeDeadLettersInfo":{"type":"object","required":["regionId","consumerGroupId","maxMsgs"],"properties":{
  "regionId":{"$ref":"#/components/schemas/Region"},"queueId":{"type":"string"},"consumerGroupId":{"type":"string"},
  "maxMsgs":{"$ref":"#/components/schemas/MaxMsgs"},"timeWait":{"$ref":"#/components/schemas/TimeWait"},
  "ackWait":{"$ref":"#/components/schemas/AckWait"}}},
"ConfirmDeadLettersInfo":{"type":"object","required":["regionId","consumerGroupId","message"],"properties":{
  "regionId":{"$ref":"#/components/schemas/Region"},"queueId":{"type":"string"},"consumerGroupId":{"type":"string"},
  "message":{"$ref":"#/components/schemas/Confirmation"}}},
"ResetInfo":{"type":"object","required":["regionId","consumerGroupId","config"],"properties":{
  "regionId":{"$ref":"#/components/schemas/Region"},"queueId":{"type":"string"},"consumerGroupId":{"type":"string"},
  "config":{"type":"object","required":["timestamp"],"properties":{
    "timestamp":{"type":["string","integer"],
      "description":"earliest or 0, latest or 1, milliseconds, seconds, an HTTP date, or ISO 8601."},
    "force":{"type":["boolean","string"],"default":false,"description":"Drops the leases of messages in flight."}}}}},
"AdminError":{"type":"object","required":["error","hint"],"properties":{"error":{"type":"string"},"hint":{"type":"string"},
  "candidates":{"type":"array","description":"With 409: the queues of that name.","items":{"type":"object",
    "properties":{"id":{"type":"string"},"region":{"type":"string"},"customer":{"type":"string"},
    "project_id":{"type":"string"}}}},
  "counts":{"type":"object","description":"Of a wait: the counts as they are.","additionalProperties":{"type":"integer"}},
  "holding":{"type":"array","description":"With 408: what is unfinished, at most 10 messages.","items":{"type":"object",
    "required":["partition","offset","state","handler","lease_deadline","leased_by"],"properties":{"partition":{"type":"integer"},
    "offset":{"type":"integer"},"state":{"enum":["in_flight","available"]},"handler":{"type":["string","null"]},
    "lease_deadline":{"type":["integer","null"]},"leased_by":{"type":["string","null"]}}}}}},
"LoggedRequest":{"type":"object","required":["id","at","operation","reason"],"properties":{"id":{"type":"string"},
  "at":{"type":"integer","description":"The broker's time, ms."},"took_us":{"type":"integer"},"operation":{"type":"string"},
  "access_key":{"type":["string","null"]},"queue":{"type":["string","null"],"description":"Its id."},"group":{"type":["string","null"],"description":"Its id."},
  "outcome":{"enum":["done","refused","lost"]},"status":{"type":["integer","null"],"description":"HTTP's."},
  "status_code":{"type":["integer","null"],"description":"statusCode."},"error_code":{"type":["string","null"]},
  "messages":{"type":"integer","description":"Sent, received or confirmed."},"fault":{"type":["string","null"]},"reason":{"type":["string","null"]}}},
"Fault":{"type":"object","required":["do"],"additionalProperties":false,"properties":{"id":{"type":"string","description":"Made when it is left out."},
  "match":{"type":"object","additionalProperties":false,"description":"Of which calls: each when it is given.","properties":{"operation":{"type":"string"},
    "queue":{"type":"string","description":"Id or name."},"group":{"type":"string","description":"Id or name."},"access_key":{"type":"string"}}},
  "when":{"type":"object","additionalProperties":false,"properties":{"skip":{"type":"integer","minimum":0,"default":0},"times":{"type":"integer","minimum":1},
    "every":{"type":"integer","minimum":1,"default":1},"probability":{"type":"number","minimum":0,"maximum":1,"default":1}}},
  "do":{"type":"object","required":["type"],"additionalProperties":false,"properties":{
    "type":{"enum":["delay","refuse","close","lose_reply","expire","duplicate","short","shuffle"]},
    "for":{"type":"string","description":"delay: a span of time."},"code":{"type":"string","description":"refuse: an error code."},
    "max":{"type":"integer","minimum":1,"description":"short: messages."}}}}},
"FaultSeen":{"type":"object","required":["id","do","seen","hits"],"properties":{"id":{"type":"string","description":"Made when it is left out."},
  "match":{"type":"object","additionalProperties":false,"description":"Of which calls: each when it is given.","properties":{"operation":{"type":"string"},
    "queue":{"type":"string","description":"Id or name."},"group":{"type":"string","description":"Id or name."},"access_key":{"type":"string"}}},
  "when":{"type":"object","additionalProperties":false,"properties":{"skip":{"type":"integer","minimum":0,"default":0},"times":{"type":"integer","minimum":1},
    "every":{"type":"integer","minimum":1,"default":1},"probability":{"type":"number","minimum":0,"maximum":1,"default":1}}},
  "do":{"type":"object","required":["type"],"additionalProperties":false,"properties":{
    "type":{"enum":["delay","refuse","close","lose_reply","expire","duplicate","short","shuffle"]},
    "for":{"type":"string","description":"delay: a span of time."},"code":{"type":"string","description":"refuse: an error code."},
    "max":{"type":"integer","minimum":1,"description":"short: messages."}}},
  "seen":{"type":"integer"},"hits":{"type":"integer"}}},
"AdminGroup":{"type":"object",
  "required":["id","name","produced","consumed","available","in_flight","dead_produced","dead_available","dead_in_flight","parked","tags"],
  "properties":{"id":{"type":"string"},"name":{"type":"string"},"produced":{"type":"integer"},"consumed":{"type":"integer"},
  "available":{"type":"integer"},"in_flight":{"type":"integer"},"dead_produced":{"type":"integer"},
  "dead_available":{"type":"integer"},"dead_in_flight":{"type":"integer"},
  "parked":{"type":"integer","description":"Consume calls that wait."},
  "tags":{"$ref":"#/components/schemas/Tags"},"tag_type":{"enum":["or","and"]}}},
"AdminQueue":{"type":"object",
  "required":["id","name","project_id","customer","region","description","mode","redrive_policy","created","messages","payload_bytes","resident_bytes","groups"],
  "properties":{"id":{"type":"string"},"name":{"type":"string"},"project_id":{"type":"string"},
  "customer":{"type":"string"},"region":{"type":"string"},"description":{"type":"string"},
  "mode":{"enum":["NORMAL","FIFO","KAFKA-HA","KAFKA-HT"]},"redrive_policy":{"enum":["enable","disable"]},
  "max_consume_count":{"type":"integer"},"created":{"type":"integer"},"messages":{"type":"integer"},
  "payload_bytes":{"type":"integer"},"resident_bytes":{"type":"integer"},
  "groups":{"type":"array","items":{"$ref":"#/components/schemas/AdminGroup"}}}},
"PeekedMessage":{"type":"object","required":["partition","offset","sent","body","attributes","tags"],"properties":{
  "partition":{"type":"integer"},"offset":{"type":"integer"},
  "sent":{"type":"integer","description":"Milliseconds; of a dead letter: when it died."},"body":{},
  "attributes":{"type":"object"},"tags":{"$ref":"#/components/schemas/Tags"},
  "state":{"enum":["available","in_flight","confirmed","dead"],"description":"With group, like the next two."},
  "failed_count":{"type":"integer"},"lease_deadline":{"type":["integer","null"]}}}
})";

}  // namespace

std::string_view shared_schemas_json() { return kSchemas; }

}  // namespace wingmq::net

#include "control/openapi_tables.h"

namespace wingmq::net {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kPlain = "text/plain";

constexpr std::string_view kHealth = R"({"type":"object","required":["status"],"properties":{
    "status":{"enum":["ok","not ready"]},"reason":{"type":"string"}}})";

constexpr ParameterDoc kQueueInPath = {"q", true, R"({"type":"string"})", "A queue's id or name.", R"("orders")"};
constexpr ParameterDoc kRegion = {"region", false, R"({"type":"string"})", "Only queues of this region.",
                                  R"("cn-snxy1")"};
constexpr ParameterDoc kProject = {"project", false, R"({"type":"string"})",
                                   "Only queues of this customer, or of this project_id.", R"("test")"};
constexpr ParameterDoc kNarrowing[] = {kRegion, kProject};
constexpr ParameterDoc kOneQueue[] = {kQueueInPath, kRegion, kProject};
constexpr ParameterDoc kOneRequest[] = {
    {"id", true, R"({"type":"string"})", "As in the header X-WingMQ-Explain.", R"("5f2b7c1e9a3d4f608b7a6c5d")"}};
constexpr ParameterDoc kListing[] = {
    kQueueInPath,
    kRegion,
    kProject,
    {"group", false, R"({"type":"string"})", "A group's id or name: adds what each message is for it.", R"("billing")"},
    {"state", false, R"({"enum":["available","in_flight","confirmed","dead"]})",
     "Only messages in this state; needs group. dead shows the group's dead letters.", R"("available")"},
    {"limit", false, R"({"type":"integer","minimum":1,"maximum":1000,"default":100})", "Messages in one reply.", "100"},
    {"after", false, R"({"type":"string"})", "The next of the previous reply.", R"("m0-99")"}};

constexpr ServiceDoc kServices[] = {
    {"listAdminCalls", "/__admin",
     "GET",
     "Lists the calls of the control plane",
     "",
     {},
     "",
     "",
     kJson,
     R"({"type":"object","required":["access","calls"],"properties":{"access":{"enum":["full","read-only"]},
         "calls":{"type":"array","items":{"type":"object"}}}})",
     R"({"access":"full","calls":[{"method":"GET","path":"/__admin/clock","parameters":[],"summary":"the broker's time"}]})",
     ""},
    {"showClock", "/__admin/clock",
     "GET",
     "Tells the broker's time",
     "",
     {},
     "",
     "",
     kJson,
     R"({"type":"object","required":["now","mode","offset_ms"],"properties":{"now":{"type":"integer"},
         "mode":{"enum":["real","manual"]},"offset_ms":{"type":"integer"}}})",
     R"({"now":1795420800000,"mode":"real","offset_ms":0})",
     ""},
    {"advanceClock", "/__admin/clock/advance",
     "POST",
     "Moves the broker's time forward",
     "Everything due happens in order, each at its own instant; the reply comes when all has settled.",
     {},
     R"({"oneOf":[{"type":"object","required":["by"],"additionalProperties":false,"properties":{
         "by":{"oneOf":[{"type":"integer","minimum":0},{"type":"string","minLength":2,"pattern":"^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$"}]}}},
         {"type":"object","required":["to"],"additionalProperties":false,"properties":{"to":{"type":"integer"}}}]})",
     R"({"by":"30s"})",
     kJson,
     R"({"type":"object","required":["from","to","fired"],"properties":{"from":{"type":"integer"},"to":{"type":"integer"},
         "fired":{"type":"array","items":{"type":"object","required":["at","type","queue","group","count"],"properties":{
         "at":{"type":"integer"},"type":{"enum":["lease_expired","dead_lettered","message_expired","wait_over"]},
         "queue":{"type":"string"},"group":{"type":["string","null"]},"count":{"type":"integer"}}}},
         "fired_left_out":{"type":"integer","description":"Only when there were more than 100000 entries."}}})",
     R"({"from":1795420800000,"to":1795420830000,"fired":[{"at":1795420830000,"type":"lease_expired","queue":"orders",
         "group":"billing","count":1}]})",
     "400 415"},
    {"reset", "/__admin/reset",
     "POST",
     "Forgets everything, or everything but queues and groups",
     "Atomic. Parked consumers return empty, old handlers are dead. The clock stays where it is.",
     {},
     R"({"type":"object","additionalProperties":false,"properties":{"keep":{"const":"queues"}}})",
     "{}",
     kJson,
     R"({"type":"object","required":["kept","queues"],"properties":{"kept":{"enum":["nothing","queues"]},
         "queues":{"type":"integer","description":"Queues that there are now."}}})",
     R"({"kept":"nothing","queues":1})",
     "400 415"},
    {"listQueues", "/__admin/queues", "GET", "Lists the queues of all projects", "", kNarrowing, "", "", kJson,
     R"({"type":"object","required":["queues","total","memory_used_bytes","memory_limit_bytes"],"properties":{
         "queues":{"type":"array","items":{"$ref":"#/components/schemas/AdminQueue"}},"total":{"type":"integer"},
         "memory_used_bytes":{"type":"integer"},"memory_limit_bytes":{"type":"integer"}}})",
     R"({"queues":[],"total":0,"memory_used_bytes":0,"memory_limit_bytes":1073741824})", "400"},
    {"showQueue", "/__admin/queues/{q}", "GET", "Shows one queue", "", kOneQueue, "", "", kJson,
     R"({"$ref":"#/components/schemas/AdminQueue"})",
     R"({"id":"c7a1f0de-4b8e-4c55-9d3a-1f2e3d4c5b6a","name":"orders","project_id":"5f2b7c1e9a3d4f608b7a6c5d4e3f2a1b",
         "customer":"test","region":"cn-snxy1","description":"","mode":"NORMAL","redrive_policy":"disable",
         "created":1795420800000,"messages":0,"payload_bytes":0,"resident_bytes":0,"groups":[]})",
     "400 404 409"},
    {"listMessages", "/__admin/queues/{q}/messages", "GET", "Looks at messages and changes nothing",
     "In offset order, partition after partition. A reply of large messages may have fewer than limit.", kListing, "",
     "", kJson,
     R"({"type":"object","required":["messages","next"],"properties":{
         "messages":{"type":"array","items":{"$ref":"#/components/schemas/PeekedMessage"}},
         "next":{"type":["string","null"],"description":"Cursor for after; null at the end."}}})",
     R"({"messages":[{"partition":0,"offset":0,"sent":1795420800000,"body":{"order":17},"attributes":{},"tags":["new"],
         "state":"in_flight","failed_count":0,"lease_deadline":1795420830000}],"next":null})",
     "400 404 409"},
    {"listDeviations", "/__admin/deviations",
     "GET",
     "Lists the decisions where the reference is silent or contradicts itself",
     "",
     {},
     "",
     "",
     kJson,
     R"({"type":"array","items":{"type":"object","required":["id","rule","hits"],"properties":{
         "id":{"type":"string","pattern":"^D[0-9]{2}$"},"rule":{"type":"string"},
         "hits":{"type":"integer","description":"How often traffic relied on it."}}}})",
     R"([{"id":"D01","rule":"A header's value that is not readable as it stands is percent-decoded first.","hits":0}])",
     ""},
    {"explainRequest", "/__admin/requests/{id}", "GET", "Tells what was wrong with a call's signature",
     "X-WingMQ-Explain of the call's reply leads here. The last 100 are kept; never a secret.", kOneRequest, "", "", kJson,
     R"({"type":"object","required":["id","at","operation","reason","detail","string_to_sign","digested","digested_bytes","content_md5"],
         "properties":{"id":{"type":"string"},"at":{"type":"integer"},"operation":{"type":"string"},"reason":{"type":"string"},
         "detail":{"type":"string"},"string_to_sign":{"type":"string","description":"What Hmac has to sign."},
         "digested":{"type":"string","description":"What contentMD5 has to be of, its first 4096 bytes."},
         "digested_bytes":{"type":"integer"},"content_md5":{"type":"string"}}})",
     R"({"id":"5f2b7c1e9a3d4f608b7a6c5d","at":1795420800000,"operation":"queryQuota","reason":"sig.hmac",
         "detail":"Hmac does not fit contentMD5, requestDate and the path: a newline follows the path in the string to sign",
         "string_to_sign":"sQqNsWTgdUEFt6mb5y4/5Q==\nMon, 23 Nov 2026 08:00:00 GMT\n/apiproxy/v3/queue/queryQuota",
         "digested":"cn-snxy1","digested_bytes":8,"content_md5":"sQqNsWTgdUEFt6mb5y4/5Q=="})",
     "400 404"},
    {"showOpenapi", "/__admin/openapi.json", "GET", "This description", "", {}, "", "", kJson, R"({"type":"object"})", "{}", ""},
    {"livez", "/livez", "GET", "Tells that the process lives", "", {}, "", "", kJson, kHealth, R"({"status":"ok"})", "400"},
    {"readyz", "/readyz",
     "GET",
     "Tells whether the server takes calls",
     "503 with the reason while it does not.",
     {},
     "",
     "",
     kJson,
     kHealth,
     R"({"status":"ok"})",
     "400 503"},
    {"metrics", "/metrics",
     "GET",
     "Metrics in the Prometheus text format",
     "",
     {},
     "",
     "",
     kPlain,
     R"({"type":"string"})",
     R"("wingmq_memory_used_bytes 0\n")",
     "400 401 403"},
};

}  // namespace

std::span<const ServiceDoc> service_docs() { return kServices; }

}  // namespace wingmq::net

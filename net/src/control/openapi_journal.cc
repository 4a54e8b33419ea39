#include "control/openapi_tables.h"

namespace wingmq::net {
namespace {

constexpr ParameterDoc kByOperation = {"operation", false, R"({"type":"string"})", "Only calls of this operation.", R"("sendSpecifyQueueMessage")"};
constexpr ParameterDoc kByQueue = {"queue", false, R"({"type":"string"})", "Only calls about this queue, an id or a name.", R"("orders")"};
constexpr ParameterDoc kByGroup = {"group", false, R"({"type":"string"})", "Only calls about this group, an id or a name.", R"("billing")"};
constexpr ParameterDoc kByKey = {"access_key", false, R"({"type":"string"})", "Only calls with this access key.", R"("test")"};
constexpr ParameterDoc kByOutcome = {"outcome", false, R"({"enum":["done","refused","lost"]})", "Only calls that ended so.", R"("refused")"};
constexpr ParameterDoc kByFault = {"fault", false, R"({"type":"string"})",
                                   "Only calls that this fault rule broke; request: those that asked for it themselves.", R"("lost-confirm")"};
constexpr ParameterDoc kFilters[] = {kByOperation, kByQueue, kByGroup, kByKey, kByOutcome, kByFault};
constexpr ParameterDoc kListed[] = {
    kByOperation, kByQueue, kByGroup, kByKey, kByOutcome, kByFault,
    {"limit", false, R"({"type":"integer","minimum":1,"maximum":1000,"default":100})", "Calls in one reply.", "100"},
    {"after", false, R"({"type":"string"})", "The next of the previous reply.", R"("41")"}};
constexpr ParameterDoc kOneRequest[] = {{"id", true, R"({"type":"string"})", "As listed, or as in the header X-WingMQ-Explain.", R"("r42")"}};

constexpr ParameterDoc kOneMessage[] = {kQueueInPath,
                                        {"partition", true, R"({"type":"integer","minimum":0})", "As listed.", "0"},
                                        {"offset", true, R"({"type":"integer","minimum":0})", "As listed.", "7"},
                                        kOnlyRegion,
                                        kOnlyProject};

constexpr ServiceDoc kCalls[] = {
    {"showMessage", "/__admin/queues/{q}/messages/{partition}/{offset}", "GET", "Shows a message, and tells why it is where it is",
     "Of each group its state, one sentence why, and what happened, as far as --history reaches: 10,000 events in profile test.", kOneMessage, "", "",
     kJsonMedia,
     R"({"type":"object","required":["partition","offset","sent","body","attributes","tags","groups"],"properties":{"partition":{"type":"integer"},
         "offset":{"type":"integer"},"sent":{"type":"integer"},"body":{},"attributes":{"type":"object"},"tags":{"type":"array","items":{"type":"string"}},
         "groups":{"type":"array","items":{"$ref":"#/components/schemas/Standing"}}}})",
     R"({"partition":0,"offset":7,"sent":1795420800000,"body":"x","attributes":{},"tags":[],"groups":[{"group":"billing","state":"in_flight",
         "failed_count":1,"lease_deadline":1795420830000,
         "why":"in flight until 08:00:30.000, attempt 2 of 3; confirming handler AQAAAAEAAAAAAAAAh3m0Yw1f before then finishes it",
         "events":[{"at":1795420800000,"type":"sent","request":"r41"}]}]})",
     "400 404 409"},
    {"listRequests", "/__admin/requests", "GET", "Lists the last calls of operations",
     "Newest first, as many as --journal says: 1,000 in profile test. lost: its reply did not reach the client, whatever the call did.", kListed,
     "", "", kJsonMedia,
     R"({"type":"object","required":["requests","next"],"properties":{"requests":{"type":"array","items":{"$ref":"#/components/schemas/LoggedRequest"}},
         "next":{"type":["string","null"]}}})",
     R"({"requests":[{"id":"r42","at":1795420800000,"took_us":85,"operation":"sendSpecifyQueueMessage","access_key":"test",
         "queue":"5f2b7c1e-9a3d-4f60-8b7a-6c5d4e3f2a1b","group":null,"outcome":"lost","status":200,"status_code":800,"error_code":null,"messages":1,
         "fault":"lost-reply","reason":null}],"next":null})",
     "400 409"},
    {"countRequests", "/__admin/requests/count", "GET", "Counts calls of operations", "Those that the journal has.", kFilters, "", "", kJsonMedia,
     R"({"type":"object","required":["count"],"properties":{"count":{"type":"integer"}}})", R"({"count":3})", "400 409"},
    {"showRequest", "/__admin/requests/{id}", "GET", "Shows a call, and what was wrong with its signature",
     "X-WingMQ-Explain of a reply leads here; the last 100 of those are kept, without a journal as well. Never a secret.", kOneRequest, "", "", kJsonMedia,
     R"({"allOf":[{"$ref":"#/components/schemas/LoggedRequest"},{"type":"object","properties":{
         "parameters":{"type":"string","description":"The first 4096 bytes of its body, or the parameters in its headers as JSON."},
         "parameters_bytes":{"type":"integer"},
         "detail":{"type":"string"},"string_to_sign":{"type":"string","description":"What Hmac has to sign."},
         "digested":{"type":"string","description":"What contentMD5 has to be of, its first 4096 bytes."},
         "digested_bytes":{"type":"integer"},"content_md5":{"type":"string"}}}]})",
     R"({"id":"5f2b7c1e9a3d4f608b7a6c5d","at":1795420800000,"operation":"queryQuota","reason":"sig.hmac",
         "detail":"Hmac does not fit contentMD5, requestDate and the path: a newline follows the path in the string to sign",
         "string_to_sign":"sQqNsWTgdUEFt6mb5y4/5Q==\nMon, 23 Nov 2026 08:00:00 GMT\n/apiproxy/v3/queue/queryQuota",
         "digested":"cn-snxy1","digested_bytes":8,"content_md5":"sQqNsWTgdUEFt6mb5y4/5Q=="})",
     "400 404"},
};

}  // namespace

std::span<const ServiceDoc> journal_docs() { return kCalls; }

}  // namespace wingmq::net

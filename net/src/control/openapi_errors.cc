#include "control/openapi_tables.h"

namespace wingmq::net {
namespace {

constexpr ErrorDoc kErrors[] = {
    {"DMS.10540010", 400,
     "A parameter is missing, misplaced, of the wrong type or repeated, a list is empty or too long, or the method is "
     "wrong."},
    {"DMS.10240009", 400, "The body or a JSON parameter is not valid UTF-8 JSON, or nests deeper than 64 levels."},
    {"DMS.00404001", 404, "The path names no operation."},
    {"DMS.10240007", 400, "A name has a character other than letters, digits, _ and -."},
    {"DMS.10240011", 400, "A queue's name is empty or longer than 64 characters."},
    {"DMS.10240012", 400, "A group's name is empty or longer than 32 characters."},
    {"DMS.10240010", 400, "The description has an angle bracket."},
    {"DMS.10240013", 400, "The description has more than 160 characters."},
    {"DMS.10240022", 400, "maxConsumeCount is outside 1 to 100, or missing although redrivePolicy is enable."},
    {"DMS.10240004", 400, "A tag is malformed, there are more than three, or the queue's mode has no tags."},
    {"DMS.10240014", 400, "maxMsgs is out of range."},
    {"DMS.10240021", 400, "timeWait is outside 1 to 60 seconds."},
    {"DMS.10542206", 400, "ackWait is outside 15 to 300 seconds."},
    {"DMS.10550035", 400, "tagType is neither and nor or."},
    {"DMS.10540003", 400, "The status of a confirmation is neither success nor fail."},
    {"DMS.10540001", 400, "A message lacks its body, or its attributes are no object."},
    {"DMS.10540011", 900, "The messages of one send are larger than 524288 bytes together."},
    {"DMS.10240017", 900, "The project has a queue of this name."},
    {"DMS.10240018", 900, "The queue has a group of this name, or the call names it twice."},
    {"DMS.10240019", 900, "The queue would have more than three groups."},
    {"DMS.10240020", 900, "The project has all the queues that its quota allows."},
    {"DMS.10240401", 900, "The project has no such queue in this region."},
    {"DMS.10240405", 900, "The queue has no such consumer group."},
    {"DMS.10542204", 900, "The group consumes by another tag rule."},
    {"DMS.10540004", 900, "A handler was given out by another queue or group."},
    {"DMS.10542209", 900, "A handler is unreadable, expired, already confirmed or released."},
    {"DMS.00400142", 900, "The time to reset to is in the future or older than the retention."},
    {"WMQ.RESET_BUSY", 900, "Messages are in flight and the reset was not forced."},
    {"WMQ.SIGNATURE", 900, "The key is unknown, or date, digest or signature do not fit."},
    {"WMQ.FORBIDDEN", 900, "The key may not act for the customer that customInfo names."},
    {"WMQ.MEMORY_FULL", 900, "The memory limit is reached and everything kept is still needed."},
    {"WMQ.UNAVAILABLE", 503, "Nothing is available, and too many calls wait already; Retry-After says when to try again."},
    {"WMQ.FAULT", 900, "A test asked for this failure."},
    {"WMQ.SHUTTING_DOWN", 503, "The server is stopping."},
    {"WMQ.INTERNAL", 900, "Something unforeseen happened; the text has an id that the log has too."},
};

}  // namespace

std::span<const ErrorDoc> error_docs() { return kErrors; }

}  // namespace wingmq::net

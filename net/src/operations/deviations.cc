#include "operations/deviations.h"

#include <fmt/format.h>

namespace wingmq::net {
namespace {

// What net/API.md decides, in order; the reasons are there.
constexpr std::array<std::string_view, kDecisionCount> kRules = {
    "A header's value that is not readable as it stands is percent-decoded first.",
    "A POST may carry its parameters as form fields instead of a JSON object.",
    "A POST may carry customInfo as a header.",
    "A parameter that is an object or a list may be a string with its JSON text inside.",
    "Strings stand in for numbers and, in any case of letters, for booleans, spaces around text and a trailing s of seconds "
    "are dropped, and the spellings queueMod, KAFKA_HA and crmBizid are understood.",
    "The signed digest may join the parameters in documented, wire or alphabetical order, with or without customInfo, "
    "by a "
    "newline or by a backslash and an n.",
    "A request's date may have a day of one or two digits, say Sept, and name its zone as GMT, UTC, Z, CST, HKT or SGT (eight "
    "hours east), XJT (six), GMT+8, GMT+08:00 or a numeric offset.",
    "A signed request is fresh for fifteen minutes around the wall clock, whatever the broker's own clock shows.",
    "Every reply has a numeric statusCode, even where the reference's example shows none.",
    "A refusal carries code and text at the top level and repeats the text inside returnObj.",
    "A Kafka queue with dead letters is refused.",
    "A new consumer group begins with the oldest message still kept.",
    "The reply to creating several groups describes the first in its flat members and all of them in a list.",
    "A group's counts cover only what is still kept, and produced is always consumed, available and dead together.",
    "One send takes up to 1000 messages unless configured otherwise.",
    "The size of a send is the sum of its bodies, attributes and tags: a text body by its decoded bytes, anything else "
    "by "
    "its JSON text.",
    "One bad message refuses the whole send.",
    "A consume call may name its tags as tag, tags or tagList, as one text, separated by commas, or as a list.",
    "A FIFO queue hands a group no further batch before the previous one is settled.",
    "A group that has fixed its tags refuses every consume with other tags or with none.",
    "A handler is a short opaque token unless the server is told to write the reference's JSON form.",
    "A confirmation with one unusable handler is refused whole.",
    "Confirming stops at the first entry that fails or skips a message, and everything unconfirmed of that batch is "
    "released at once.",
    "Confirming the beginning of a batch leaves the rest leased.",
    "Every release counts as a failed consumption of each message released, unless configured to count explicit "
    "failures "
    "only.",
    "A dead letter is leased for 100 seconds at most, even when more is asked for.",
    "A reset takes its time as milliseconds, as seconds, as an HTTP date or as ISO 8601, and starts with the first "
    "message "
    "sent at or after it.",
    "When memory runs out, the oldest messages that every group of their queue has finished with go first, whatever they were "
    "sent with, and then sends are refused.",
    "A member that is null counts as absent: an optional one is left out, a required one is missing.",
    "With a durable engine, a message that was delivered and not confirmed may come again after a loss of power, a confirmed one "
    "never; in memory nothing outlives the process.",
};

}  // namespace

std::string decision_id(std::uint8_t number) { return fmt::format("D{:02}", number); }

std::string_view decision_rule(std::uint8_t number) { return kRules[number - 1]; }

}  // namespace wingmq::net

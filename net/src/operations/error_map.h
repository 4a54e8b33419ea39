#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/message_io.h"
#include "text/language.h"
#include "wingmq/result.h"

namespace wingmq::net {

/// Everything that can be wrong with a call; each is a row of the table in error_map.cc, which has its statusCode, error
/// code and both texts (errors.tsv).
enum class Fault : std::uint8_t {
  // Where parameters stand
  kMissing,
  kInQuery,
  kInBody,
  kInHeader,
  kTwice,
  kWrongMethod,
  kContentType,
  kContentCoding,
  kByteOrderMark,
  kCompressed,
  // Types
  kNotText,
  kNotNumber,
  kNotBoolean,
  kNotObject,
  kNotList,
  kBadRegion,
  kBadPublicHeader,
  kUnknownZone,
  kNotOneOf,
  kBadTimestamp,
  kEmptyList,
  kTooManyEntries,
  kNoIdentity,
  kBadCustomType,
  kNoDeadLettersInKafka,
  // Syntax
  kNotJson,
  kTooDeep,
  kNotUtf8,
  kBadPercent,
  kNoSuchPath,
  // Values
  kNameCharacters,
  kQueueNameLength,
  kGroupNameLength,
  kDescriptionBrackets,
  kDescriptionLength,
  kConsumeCount,
  kBadTag,
  kTooManyTags,
  kNoTagsInKafka,
  kMaxMessages,
  kTimeWait,
  kAckWait,
  kTagType,
  kBadStatus,
  kNoBody,
  kBadAttributes,
  // Refused by the engine
  kPayloadTooLarge,
  kQueueNameTaken,
  kGroupNameTaken,
  kGroupLimit,
  kQueueQuota,
  kQueueNotFound,
  kGroupNotFound,
  kTagRule,
  kHandlerForeign,
  kHandlerInvalid,
  kResetTime,
  kResetBusy,
  kMemoryFull,
  kTooManyParked,
  kUnavailable,
  kOutcomeUnknown,
  kStorageFull,
  // Refused by the server
  kSignature,
  kForbidden,
  kForeignHost,
  kForeignOrigin,
  kInjected,
  kShuttingDown,
  kInternal,
  kBadHttp,
  kRequestTimeout,
  kLengthRequired,
  kBodyTooLarge,
  kHeaderTooLarge,
  kTooManyConnections,
};

/// A refused call: what is wrong, and the words and numbers that its text needs.
struct Refusal {
  Fault fault;
  std::string name = {};   ///< the parameter, as the caller would find it: `messages[3].tags`
  std::string given = {};  ///< what was sent, made fit by shown(); or what would be right
  std::uint64_t minimum = 0;
  std::uint64_t maximum = 0;
  std::uint64_t actual = 0;
};

/// The language that a request's refusal is written in: what its Accept-Language prefers, or `otherwise`.
[[nodiscard]] Language language_of(const Request& request, Language otherwise);

/// The engine's reason as a refusal. `name` is what the call was about: a queue's, a group's names.
[[nodiscard]] Refusal refusal_of(const Error& error, std::string_view name = {});

/// HTTP status of a refusal: 200 for what is well-formed but refused, otherwise its statusCode.
[[nodiscard]] unsigned http_status(Fault fault);

/// The statusCode of an error code; nullopt: there is no such code.
[[nodiscard]] std::optional<unsigned> status_of_code(std::string_view code) noexcept;

/// Its text in one language.
[[nodiscard]] std::string text_of(const Refusal& refusal, Language language);

/// The whole reply (API.md 3, D10).
[[nodiscard]] Reply refuse(const Refusal& refusal, Language language);

/// The same with an HTTP status that no row has.
[[nodiscard]] Reply refuse(const Refusal& refusal, Language language, unsigned status);

}  // namespace wingmq::net

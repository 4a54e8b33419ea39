#pragma once

#include <cstdint>
#include <string>

#include "operations/api.h"
#include "operations/confirm_list.h"
#include "operations/fields.h"

namespace wingmq::net {

// From located parameters to typed requests: each checks every rule of value that API.md 4 gives, in the documented order
// of the parameters. What is wrong goes to the Findings of the Fields, and then the result means nothing.

[[nodiscard]] std::string decode_region(const Fields& fields);
[[nodiscard]] CreateQueue decode_create_queue(const Fields& call);

enum class DeadLetterFlag : bool { kNo, kYes };
/// `regionId` and `includeDeadletter`.
[[nodiscard]] QueueCall decode_project_call(const Fields& call, DeadLetterFlag flag);
/// `regionId`, `queueId` and `includeDeadletter`.
[[nodiscard]] QueueCall decode_queue_call(const Fields& call, DeadLetterFlag flag);
[[nodiscard]] GroupsCall decode_groups(const Fields& call, std::uint32_t count_max);

[[nodiscard]] ConsumeCall decode_consume(const Fields& call, std::uint32_t messages_max);
[[nodiscard]] ConsumeCall decode_consume_dead_letters(const Fields& call, std::uint32_t messages_max);
/// With `in_passing`, which has read the list of entries already, nothing of it is read twice when it is as usual.
[[nodiscard]] ConfirmCall decode_confirm(const Fields& call, std::uint32_t entries_max, ConfirmList* in_passing = nullptr);
[[nodiscard]] ConfirmCall decode_confirm_dead_letters(const Fields& call, std::uint32_t entries_max);
[[nodiscard]] ResetCall decode_reset(const Fields& call);

}  // namespace wingmq::net

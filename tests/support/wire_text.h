#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Texts as they travel, for tests that write and compare them. Knows nothing of how the server reads or writes.

namespace wingmq::contract {

/// The JSON text of a string: quoted, with the escapes that JSON demands and no other.
std::string json_text(std::string_view text);
/// The text as a form field or URL would carry it.
std::string percent_encoded(std::string_view text);
/// A valid JSON text without spaces, with every string in one spelling, numbers as they are and members in their order;
/// two texts are the same value, spelled alike where API.md 4.8 promises it, exactly when their canonical forms are
/// equal.
std::string canonical(std::string_view json);
/// The text with random parts replaced: `<uuid>`, `<project>` (32 hex digits) and `<handler>` (a handler's value).
std::string masked(std::string_view text);
/// `text` repeated.
std::string repeated(std::string_view text, std::size_t times);
/// Replaces every `from` in `text`.
std::string replaced(std::string text, std::string_view from, std::string_view to);

}  // namespace wingmq::contract

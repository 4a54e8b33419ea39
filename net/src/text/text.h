#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wingmq::net {

/// ASCII white space taken off both ends (D05).
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

/// Whether the two are equal, ASCII case ignored.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;

/// Whether `text` is not empty and every character is a letter, a digit or in `others`.
[[nodiscard]] bool is_word(std::string_view text, std::string_view others) noexcept;

/// Number of code points in valid UTF-8.
[[nodiscard]] std::size_t code_points(std::string_view text) noexcept;

[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// The first `bytes_max` bytes of a text, or fewer: never half a character.
[[nodiscard]] std::string_view beginning_of(std::string_view text, std::size_t bytes_max) noexcept;

enum class Plus : bool { kStays, kIsSpace };

/// Decodes `%41` to `A`, and, in forms, `+` to a space; nullopt when a percent sign is not followed by two hex digits.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text, Plus plus);

/// The same into `out`, which has room for text.size() bytes; returns the number of bytes, nullopt as above.
[[nodiscard]] std::optional<std::size_t> percent_decode_to(std::string_view text, Plus plus, char* out) noexcept;

/// What a caller sent, fit to be shown in a refusal: cut to a few dozen bytes, valid UTF-8.
[[nodiscard]] std::string shown(std::string_view text);

}  // namespace wingmq::net

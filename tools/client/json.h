#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace wingmq::tools {

// What a server said, read without trust: a member that is missing, or something else than it should be, is empty.

/// The whole of a reply's body. Throws std::runtime_error when it is no JSON.
[[nodiscard]] boost::json::value read_json(std::string_view text);

/// A member that is text.
[[nodiscard]] std::string text_of(const boost::json::value& object, std::string_view name);
[[nodiscard]] std::string text_of(const boost::json::object& object, std::string_view name);
/// A member that is a whole number, else 0.
[[nodiscard]] std::int64_t number_of(const boost::json::value& object, std::string_view name);
/// The same as it is shown; empty when it is not there or null.
[[nodiscard]] std::string number_text(const boost::json::value& object, std::string_view name);
/// A member that is a list.
[[nodiscard]] const boost::json::array& list_of(const boost::json::value& object, std::string_view name);
const boost::json::array& list_of(boost::json::value&& object, std::string_view name) = delete;
/// A list of text in one: `a,b`.
[[nodiscard]] std::string joined(const boost::json::array& list);
/// Any member; null when it is not there.
[[nodiscard]] const boost::json::value& member_of(const boost::json::value& object, std::string_view name);
const boost::json::value& member_of(boost::json::value&& object, std::string_view name) = delete;

}  // namespace wingmq::tools

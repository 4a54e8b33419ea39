#include "client/json.h"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <stdexcept>

namespace wingmq::tools {

boost::json::value read_json(std::string_view text) {
  boost::system::error_code error;
  boost::json::parse_options options;
  options.max_depth = 80;  // a message's 64, and what is around it
  auto parsed = boost::json::parse(text, error, {}, options);
  if (error) throw std::runtime_error(fmt::format("what came back is no reply of WingMQ: {}", text.substr(0, 200)));
  return parsed;
}

const boost::json::value& member_of(const boost::json::value& object, std::string_view name) {
  static const boost::json::value kNothing;
  const auto* members = object.if_object();
  const auto* found = members == nullptr ? nullptr : members->if_contains(name);
  return found == nullptr ? kNothing : *found;
}

std::string text_of(const boost::json::value& object, std::string_view name) {
  const auto* text = member_of(object, name).if_string();
  return text == nullptr ? std::string() : std::string(*text);
}

std::string text_of(const boost::json::object& object, std::string_view name) {
  const auto* found = object.if_contains(name);
  return found == nullptr || !found->is_string() ? std::string() : std::string(found->get_string());
}

std::int64_t number_of(const boost::json::value& object, std::string_view name) {
  boost::system::error_code error;
  const auto& found = member_of(object, name);
  const auto number = found.is_number() ? found.to_number<std::int64_t>(error) : 0;
  return error ? 0 : number;
}

std::string number_text(const boost::json::value& object, std::string_view name) {
  const auto& found = member_of(object, name);
  return found.is_number() ? boost::json::serialize(found) : std::string();
}

const boost::json::array& list_of(const boost::json::value& object, std::string_view name) {
  static const boost::json::array kNone;
  const auto* list = member_of(object, name).if_array();
  return list == nullptr ? kNone : *list;
}

std::string joined(const boost::json::array& list) {
  std::string text;
  for (const auto& each : list) {
    if (!text.empty()) text += ',';
    text += each.is_string() ? std::string(each.get_string()) : boost::json::serialize(each);
  }
  return text;
}

}  // namespace wingmq::tools

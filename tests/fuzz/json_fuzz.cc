// json::Reader against Boost.JSON: both take the same texts, and read the same out of them. What escaping writes is read back
// by Boost.JSON as what it was.

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "check.h"
#include "text/escape.h"
#include "text/json.h"
#include "text/text.h"

namespace {

namespace json = wingmq::net::json;
using wingmq::test::require;

std::string_view view(boost::json::string_view text) { return {text.data(), text.size()}; }

void compare(const json::Value& ours, const boost::json::value& theirs);

void compare_strings(const json::Value& ours, std::string_view theirs) {
  require(json::decode(ours) == theirs, "a string is decoded as Boost.JSON decodes it", std::string(ours.raw));
  require(ours.decoded_bytes == theirs.size(), "decoded_bytes is the decoded length", std::string(ours.raw));
  require(json::is(ours, theirs), "a string stands for what it is decoded to", std::string(ours.raw));
}

void compare_arrays(const json::Value& ours, const boost::json::array& theirs) {
  auto reader = json::Reader::of_checked(ours.raw);
  std::size_t count = 0;
  const bool whole = reader.array([&] {
    json::Value element;
    if (!reader.value(element)) return false;
    require(count < theirs.size(), "an array has no more elements than for Boost.JSON", std::string(ours.raw));
    compare(element, theirs[count++]);
    return true;
  });
  require(whole && reader.end() && count == theirs.size(), "an array is read as Boost.JSON reads it", std::string(ours.raw));
}

/// Of members with the same name Boost.JSON keeps the last.
void compare_objects(const json::Value& ours, const boost::json::object& theirs) {
  auto reader = json::Reader::of_checked(ours.raw);
  std::size_t count = 0;
  const bool whole = reader.object([&](const json::Value& name) {
    json::Value value;
    const std::string key = json::decode(name);
    const auto* found = theirs.if_contains(key);
    require(found != nullptr, "a member has the name that Boost.JSON gives it", std::string(name.raw));
    ++count;
    return reader.value(value);
  });
  require(whole && reader.end() && count >= theirs.size(), "an object is read as Boost.JSON reads it", std::string(ours.raw));
  if (count != theirs.size()) return;
  auto again = json::Reader::of_checked(ours.raw);
  static_cast<void>(again.object([&](const json::Value& name) {
    json::Value value;
    if (!again.value(value)) return false;
    compare(value, theirs.at(json::decode(name)));
    return true;
  }));
}

void compare(const json::Value& ours, const boost::json::value& theirs) {
  switch (ours.kind) {
    case json::Kind::kNull: return require(theirs.is_null() && ours.raw == "null", "null is null");
    case json::Kind::kTrue: return require(theirs.is_bool() && theirs.get_bool() && ours.raw == "true", "true is true");
    case json::Kind::kFalse: return require(theirs.is_bool() && !theirs.get_bool() && ours.raw == "false", "false is false");
    case json::Kind::kNumber: return require(theirs.is_number(), "a number is a number", std::string(ours.raw));
    case json::Kind::kString:
      require(theirs.is_string(), "a string is a string", std::string(ours.raw));
      return compare_strings(ours, view(theirs.get_string()));
    case json::Kind::kArray:
      require(theirs.is_array(), "an array is an array", std::string(ours.raw));
      return compare_arrays(ours, theirs.get_array());
    case json::Kind::kObject:
      require(theirs.is_object(), "an object is an object", std::string(ours.raw));
      return compare_objects(ours, theirs.get_object());
  }
}

void check_reading(std::string_view text) {
  json::Reader reader(text);
  json::Value ours;
  const bool good = reader.value(ours) && reader.end();
  require(good == (reader.fault() == json::Fault::kNone), "a reader that failed has a fault");
  boost::json::parse_options options;
  options.max_depth = json::kDepthMax;
  boost::system::error_code error;
  const auto theirs = boost::json::parse({text.data(), text.size()}, error, {}, options);
  if (error == boost::json::error::exponent_overflow) return;  // a number for us: we keep its text
  require(good == !error, good ? "Boost.JSON takes it as well" : "Boost.JSON refuses it as well", error.message());
  if (good) compare(ours, theirs);
}

void check_escaping(std::string_view text) {
  if (!wingmq::net::is_utf8(text)) return;
  std::string quoted;
  wingmq::net::append_quoted(quoted, text);
  require(quoted.size() <= wingmq::net::escaped_bytes_max(text.size()) + 2, "escaping keeps to its bound");
  const auto value = boost::json::parse(quoted);
  require(view(value.as_string()) == text, "an escaped text is read back", quoted);
  json::Reader reader(quoted);
  json::Value ours;
  require(reader.value(ours) && reader.end() && json::is(ours, text), "an escaped text is read back by its own reader", quoted);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_reading(text);
  check_escaping(text);
  return 0;
}

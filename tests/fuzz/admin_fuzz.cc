// One call of the control plane in a world where much is going on (world.h). The first byte chooses who may call (`f` all, `r` who looks,
// `o` nobody, `t` who has the token `secret`), the rest of its line is method and target behind /__admin; headers and body follow as
// everywhere. A reply is JSON with what was asked for or with error and hint, looking and refused calls change nothing, and the server
// goes on.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "check.h"
#include "world.h"

namespace {

using namespace wingmq;

net::ServerOptions options_for(unsigned choice) {
  net::ServerOptions options;
  if (choice == 'r') options.admin = net::AdminAccess::kReadOnly;
  if (choice == 'o') options.admin = net::AdminAccess::kOff;
  if (choice == 't') options.admin_token = "secret";
  options.allowed_hosts = {"mq.example"};
  return options;
}

bool is_page(const net::Reply& reply) { return reply.content_type == "text/html; charset=utf-8"; }

void check_form(const net::Reply& reply, std::string_view path, const std::string& seen) {
  constexpr unsigned kKnown[] = {200, 400, 401, 403, 404, 405, 409, 415};
  test::require(std::ranges::find(kKnown, reply.status) != std::end(kKnown), "the status is one of those documented", seen);
  for (const auto& [name, value] : reply.headers) {
    const auto broken = (name + value).find_first_of("\r\n");
    test::require(broken == std::string::npos, "a header is one line", seen);
    test::require(!name.starts_with("Access-Control"), "no other origin is told that it may ask", seen);
  }
  if (is_page(reply)) {
    test::require(reply.status == 200 && reply.body.starts_with("<!doctype html>"), "a page is whole", seen);
    return;
  }
  test::require(reply.content_type == "application/json; charset=utf-8", "a reply says that it is JSON", seen);
  boost::system::error_code error;
  const auto body = boost::json::parse(reply.body, error);
  test::require(!error, "a reply is JSON", seen);
  if (reply.status == 200) return;
  // A foreign page is told the same wherever no operation is.
  const bool control = path == "/__admin" || path.starts_with("/__admin/") || reply.status == 403;
  for (const auto* name : {control ? "error" : "message", control ? "hint" : "errorCode"}) {
    const auto* text = body.is_object() ? body.as_object().if_contains(name) : nullptr;
    test::require(text != nullptr && text->is_string() && !text->as_string().empty(), "a refusal says why and what to do", seen);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto choice = test::take_byte(input);
  test::World world(options_for(choice), test::World::Contents::kMessages);
  const std::string text = world.expand(input);
  std::string_view rest = text;
  const auto line = test::take_line(rest);
  const auto space = std::min(line.find(' '), line.size());
  const auto method = line.substr(0, space);
  const std::string target = "/__admin" + std::string(line.substr(std::min(space + 1, line.size())));

  const std::string before = world.state();
  const Time then = world.clock.now();
  const net::Reply reply = world.ask(method, target, rest);
  const std::string seen = text + "\n-> " + std::to_string(reply.status) + ' ' + reply.body;
  check_form(reply, std::string_view(target).substr(0, target.find('?')), seen);
  const bool may_change = reply.status == 200 && method == "POST" && (choice != 'r' && choice != 'o');
  if (!may_change) {
    test::require(world.state() == before && world.clock.now() == then, "looking and refused calls change nothing", seen);
  }
  test::require(world.clock.now() >= then, "time does not go back", seen);
  if (!world.broker.inspect().empty()) world.check_service();
  return 0;
}

// One call of any operation in a world where much is going on (world.h). The first byte picks the operation and what handlers
// look like; the rest is the request. A reply has the documented form, a refused call and a query change nothing, and the
// server goes on.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "check.h"
#include "world.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wingmq;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  // Printable bytes, so that the corpus can be read: `A` is the first operation, `a` the same with handlers of the other kind.
  const auto choice = test::take_byte(input);
  const auto& operation = net::operations()[(choice - 1) % 32 % net::operations().size()];
  net::ServerOptions options;
  options.handles = (choice & 32U) != 0 ? net::HandleFormat::kJson : net::HandleFormat::kCompact;
  test::World world(options, test::World::Contents::kMessages);

  const std::string before = world.state();
  const std::string text = world.expand(input);
  const net::Reply reply = world.call(operation, text);
  const auto status = test::check_reply(reply, std::string(operation.name).append("\n").append(text));
  const bool changes = status == 800 && !operation.name.starts_with("query");
  if (!changes) {
    const std::string after = world.state();
    test::require(after == before, "a refused call changes nothing", text + "\n-> " + reply.body + "\n" + before + after);
  }
  world.check_service();
  return 0;
}

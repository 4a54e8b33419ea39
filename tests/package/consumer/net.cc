// The HTTP front end around an embedded broker, started on any free port and stopped. Exits 0 when that worked.

#include <wingmq/broker.h>
#include <wingmq/memory_engine.h>
#include <wingmq/net/server.h>

#include <cstdio>

int main() {
  wingmq::SystemClock clock;
  wingmq::SystemRandom random;
  wingmq::Broker broker({}, clock, random);

  wingmq::net::ServerOptions options;
  options.listen = {{"127.0.0.1", 0}};
  options.threads = 1;
  wingmq::MemoryEngine engine(broker);
  wingmq::net::Server server(engine, options);
  const auto started = server.start();
  if (!started) {
    std::fprintf(stderr, "%s\n", started.error().c_str());
    return 1;
  }
  const bool has_port = server.endpoints().size() == 1 && server.endpoints().front().port != 0;
  server.stop();
  broker.close();
  return has_port ? 0 : 2;
}

// Producers at full speed against a full broker: the whole program stays within its memory limit, consumers go on, nothing
// that was accepted is lost, and what was refused can be sent again after consuming.
//   memory_limit PATH_TO_WINGMQ
// Prints a line for each failed check and exits 1 when there was one.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/program.h"

namespace {

using wingmq::test::HttpSocket;
using wingmq::test::Place;
using wingmq::test::Program;
using wingmq::test::WireReply;

constexpr std::size_t kLimitMib = 256;
/// What the limit says, and a tenth more for everything that is no message.
constexpr std::size_t kPeakKib = kLimitMib * 1024 * 11 / 10;
constexpr int kRefusalsOfEach = 100;

int failures = 0;

void check(bool holds, const std::string& what) {
  std::printf("%s: %s\n", holds ? "ok" : "FAILED", what.c_str());
  if (!holds) ++failures;
}

/// Numbers of messages, by producer: accepted by the broker, and received from it.
struct Ledger {
  std::mutex mutex;
  std::vector<std::vector<int>> seen;  // seen[producer][number]: how often

  void mark(std::size_t producer, std::size_t number) {
    const std::scoped_lock lock(mutex);
    if (seen.size() <= producer) seen.resize(producer + 1);
    if (seen[producer].size() <= number) seen[producer].resize(number + 1);
    ++seen[producer][number];
  }
  [[nodiscard]] std::size_t count() {
    const std::scoped_lock lock(mutex);
    std::size_t all = 0;
    for (const auto& numbers : seen) all += static_cast<std::size_t>(std::ranges::count_if(numbers, [](int n) { return n > 0; }));
    return all;
  }
};

/// A batch of messages that begin with `p<producer>:<number>:`.
std::string messages(std::size_t producer, std::size_t first, std::size_t count, std::size_t bytes) {
  std::string text;
  text.reserve(count * (bytes + 16));
  for (std::size_t i = 0; i < count; ++i) {
    std::string body = "p" + std::to_string(producer) + ":" + std::to_string(first + i) + ":";
    body.resize(std::max(body.size(), bytes), '.');
    if (i > 0) text += ',';
    text.append(R"({"body":")").append(body).append("\"}");
  }
  return text;
}

/// Sends batches of one shape until it has been refused `refusals` times, or is told to stop.
void produce(const Program& program, const Place& place, std::size_t producer, std::size_t count, std::size_t bytes, int refusals,
             std::size_t first, Ledger& accepted, const std::atomic<bool>& stop, std::atomic<int>& others) {
  HttpSocket socket(program.port());
  std::size_t next = first;
  for (int refused = 0; refused < refusals && !stop;) {
    socket.send(place.send(messages(producer, next, count, bytes)));
    const auto reply = socket.receive();
    if (!reply) {
      ++others;
      return;
    }
    if (reply->body.find("WMQ.MEMORY_FULL") != std::string::npos) {
      ++refused;
      continue;
    }
    if (reply->body.find("\"statusCode\":800") == std::string::npos) ++others;
    for (std::size_t i = 0; i < count; ++i) accepted.mark(producer, next + i);
    next += count;
  }
}

void note(const WireReply& reply, Ledger& received) {
  static constexpr std::string_view kMark = R"(\"body\":\"p)";
  for (auto at = reply.body.find(kMark); at != std::string::npos; at = reply.body.find(kMark, at + 1)) {
    char* end = nullptr;
    const auto producer = std::strtoul(reply.body.c_str() + at + kMark.size(), &end, 10);
    received.mark(producer, std::strtoul(end + 1, nullptr, 10));
  }
}

/// Consumes and confirms until nothing comes any more; returns how many replies were not as they should be.
int drain(const Program& program, const Place& place, Ledger& received) {
  HttpSocket socket(program.port());
  while (true) {
    socket.send(place.consume(1000));
    const auto reply = socket.receive();
    if (!reply || reply->body.find("\"statusCode\":800") == std::string::npos) return 1;
    const std::string entries = Place::successes(*reply);
    if (entries.empty()) return 0;
    note(*reply, received);
    socket.send(place.confirm(entries));
    const auto confirmed = socket.receive();
    if (!confirmed || confirmed->body.find(R"(\"fail\":0)") == std::string::npos) return 1;
  }
}

/// Shapes of sends: many small ones, large ones, and such of odd sizes, so that memory has to change its owners' sizes.
struct Shape {
  std::size_t count;
  std::size_t bytes;
};
constexpr Shape kShapes[] = {{1, 1000}, {500, 1000}, {1, 500'000}, {10, 33'333}, {100, 100}, {3, 70'000}, {1, 15}, {511, 1024}};

/// All producers at once, at full speed; returns how many replies were neither done nor refused for memory.
int flood(const Program& program, const Place& place, int refusals, std::size_t first, Ledger& accepted) {
  std::atomic<bool> stop = false;
  std::atomic<int> others = 0;
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < std::size(kShapes); ++i) {
    threads.emplace_back([&, i] {
      produce(program, place, i, kShapes[i].count, kShapes[i].bytes, refusals, first, accepted, stop, others);
    });
  }
  threads.clear();
  return others;
}

void check_round(const Program& program, const Place& place, const std::string& round, std::size_t first) {
  Ledger accepted;
  Ledger received;
  check(flood(program, place, kRefusalsOfEach, first, accepted) == 0, round + ": a send is done or refused for memory");
  check(accepted.count() > 0, round + ": sends were accepted before the limit");
  // Consumers go on while producers still press at full speed.
  std::atomic<bool> stop = false;
  std::atomic<int> others = 0;
  const std::size_t before = accepted.count();
  int faults = 0;
  {
    const std::jthread producer(
        [&] { produce(program, place, 99, 200, 1000, 1'000'000'000, first, accepted, stop, others); });
    HttpSocket socket(program.port());
    // Until so much has been consumed that the producer got through again.
    for (int i = 0; i < 100'000 && accepted.count() < before + 2000; ++i) {
      socket.send(place.consume(1000));
      const auto reply = socket.receive();
      const std::string entries = reply ? Place::successes(*reply) : "";
      if (entries.empty()) continue;
      note(*reply, received);
      socket.send(place.confirm(entries));
      const auto confirmed = socket.receive();
      if (!confirmed || confirmed->body.find(R"(\"fail\":0)") == std::string::npos) ++faults;
    }
    stop = true;
  }
  check(accepted.count() >= before + 2000, round + ": sends are accepted again after consuming");
  check(others == 0 && faults == 0, round + ": consumers and producers were answered all the time");
  check(drain(program, place, received) == 0, round + ": everything can be consumed and confirmed");
  check(accepted.seen == received.seen, round + ": every accepted message came exactly once, no other did (" +
                                            std::to_string(accepted.count()) + " accepted, " +
                                            std::to_string(received.count()) + " received)");
}

void check_peak(const Program& program, const std::string& when, std::size_t most) {
  const auto peak = program.peak_kib();
  check(peak < most, when + ": the peak is " + std::to_string(peak / 1024) + " MiB, at most " + std::to_string(most / 1024) +
                         " are allowed");
}

/// Many connections that send large bodies at the same moment: together far more than the limit.
void check_crowd(const Program& program, const Place& place) {
  constexpr int kCrowd = 300;
  Ledger accepted;
  Ledger received;
  flood(program, place, 1, 0, accepted);
  std::vector<std::unique_ptr<HttpSocket>> sockets;
  const std::string request = place.send(messages(200, 0, 1, 500'000));
  for (int i = 0; i < kCrowd; ++i) {
    sockets.push_back(std::make_unique<HttpSocket>(program.port()));
    sockets.back()->send(std::string_view(request).substr(0, request.size() * 9 / 10));
  }
  check(drain(program, place, received) == 0, "others consume beside the crowd");
  int answered = 0;
  for (const auto& socket : sockets) {
    socket->send(std::string_view(request).substr(request.size() * 9 / 10));
    const auto reply = socket->receive();
    if (reply && reply->status == 200) ++answered;
  }
  check(answered == kCrowd, "each of the crowd is answered: " + std::to_string(answered));
  check(drain(program, place, received) == 0, "what the crowd stored is consumed");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s PATH_TO_WINGMQ\n", argv[0]);
    return 2;
  }
  const auto begin = std::chrono::steady_clock::now();
  // What testers ask about afterwards is kept beside the limit.
  const std::vector<std::string> arguments{"--journal", "0", "--history", "0", "--memory-limit", "256M", "--log-level", "error", "--queue", "q?groups=g"};
  {
    Program program(argv[1], arguments);
    const Place place(program.port(), "q");
    check_round(program, place, "first round", 0);
    check_peak(program, "first round", kPeakKib);
    // Sizes come in other proportions now. The allocator cannot give every page of the old ones back at once, so this only
    // shows that it does not add up.
    check_round(program, place, "second round", 0);
    check_peak(program, "second round", kPeakKib * 5 / 4);
    check(program.stop() == 0, "the program ends as asked");
  }
  Program program(argv[1], arguments);
  check_crowd(program, Place(program.port(), "q"));
  check_peak(program, "crowd", kPeakKib);
  std::printf("%.1f s\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  return failures == 0 ? 0 : 1;
}

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/api_client.h"

// Real JSON through the whole path: the country, language, script and currency tables of the Debian package iso-codes,
// one message for each entry.

namespace wingmq::contract {
namespace {

constexpr const char* kFolder = "/usr/share/iso-codes/json";
constexpr std::size_t kPayloadMax = 512 * 1024;
constexpr std::size_t kMessagesMax = 1000;

struct Table {
  std::string name;
  std::vector<std::string> entries;  // as Boost.JSON writes them: compact
};

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The entries of a table: `{"639-3":[{…},{…}]}`; a schema is one entry.
Table read_table(const std::filesystem::path& path) {
  Table table{path.stem().string(), {}};
  const auto value = boost::json::parse(read_file(path));
  const auto& object = value.as_object();
  for (const auto& member : object) {
    if (object.size() == 1 && member.value().is_array()) {
      for (const auto& entry : member.value().get_array()) table.entries.push_back(boost::json::serialize(entry));
    } else {
      table.entries.push_back("{" + boost::json::serialize(boost::json::value(member.key())) + ":" +
                              boost::json::serialize(member.value()) + "}");
    }
  }
  return table;
}

std::vector<Table> read_corpus() {
  std::vector<Table> tables;
  if (!std::filesystem::is_directory(kFolder)) return tables;
  std::vector<std::filesystem::path> paths;
  for (const auto& file : std::filesystem::directory_iterator(kFolder)) {
    if (file.path().extension() == ".json") paths.push_back(file.path());
  }
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths) tables.push_back(read_table(path));
  return tables;
}

/// Cuts the entries into batches as large as the contract allows.
std::vector<std::vector<std::string>> batches_of(const std::vector<std::string>& entries) {
  std::vector<std::vector<std::string>> batches;
  std::size_t bytes = 0;
  for (const auto& entry : entries) {
    if (batches.empty() || bytes + entry.size() > kPayloadMax || batches.back().size() == kMessagesMax) {
      batches.emplace_back();
      bytes = 0;
    }
    bytes += entry.size();
    batches.back().push_back(entry);
  }
  return batches;
}

std::vector<std::string> read_whole_queue(World& world, const Place& place, const std::string& max) {
  std::vector<std::string> read;
  for (;;) {
    const auto batch = world.consume(place, {.max = max});
    if (batch.empty()) return read;
    for (const auto& message : batch) read.push_back(message.body);
    const auto confirmed = world.confirm(place, all(batch));
    EXPECT_EQ(tally(confirmed), std::to_string(batch.size()) + "/0");
    if (::testing::Test::HasFailure()) return read;
  }
}

TEST(Corpus, EveryTableOfIsoCodesComesBackWholeAndInOrderForThreeGroups) {
  const auto tables = read_corpus();
  if (tables.empty()) GTEST_SKIP() << "no " << kFolder << ": install the Debian package iso-codes to run this test";
  for (const auto& table : tables) {
    SCOPED_TRACE(table.name);
    World world;
    const auto queue = world.create_queue({.name = "corpus", .mode = "FIFO"});
    // As many as one reply may hold, an odd number that cuts across batches, and few.
    const std::pair<const char*, const char*> readers[] = {{"whole", "1000"}, {"odd", "317"}, {"few", "64"}};
    for (const auto& batch : batches_of(table.entries)) ASSERT_TRUE(world.send(queue, batch).done());
    for (const auto& [name, max] : readers) {
      const Place place{queue, world.create_group(queue, name)};
      const auto read = read_whole_queue(world, place, max);
      ASSERT_EQ(read.size(), table.entries.size()) << name;
      for (std::size_t i = 0; i < read.size(); ++i) ASSERT_EQ(read[i], table.entries[i]) << name << ' ' << i;
      EXPECT_EQ(world.counts(place).available, 0) << name;
    }
  }
}

TEST(Corpus, AWholeTableAsOneMessageComesBackUnchanged) {
  const std::filesystem::path path = std::filesystem::path(kFolder) / "iso_3166-1.json";
  if (!std::filesystem::exists(path)) {
    GTEST_SKIP() << "no " << path << ": install the Debian package iso-codes to run this test";
  }
  World world;
  const auto place = world.create();
  const auto text = read_file(path);
  ASSERT_TRUE(world.send(place.queue, {text}).done());
  const auto embedded = world.ask(world.consume_call(place)).embedded();
  EXPECT_EQ(masked(canonical(embedded)),
            R"([{"handler":"<handler>","message":{"body":)" + canonical(text) + R"(,"attributes":{},"tags":[]}}])");
}

}  // namespace
}  // namespace wingmq::contract

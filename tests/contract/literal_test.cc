#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <fstream>
#include <map>
#include <sstream>

#include "support/api_client.h"

// Whole requests and whole replies as text, read from data/*.http and compared byte for byte once random parts are
// masked. data/README.md describes the format.

namespace wingmq::contract {
namespace {

struct Exchange {
  int line = 0;
  Call call;
  unsigned status = 0;
  std::string reply;
};

struct Scene {
  std::string name;
  std::vector<Exchange> exchanges;
};
void PrintTo(const Scene& scene, std::ostream* out) { *out << scene.name; }

/// Reads the lines of one file; throws, naming the line, when the file is malformed.
class Reader {
 public:
  explicit Reader(const std::string& file) : in_(WINGMQ_TEST_DATA "/" + file) {
    if (!in_) throw std::runtime_error("cannot open " + file);
  }

  std::vector<Scene> scenes() {
    std::vector<Scene> scenes;
    std::string line;
    while (next(line)) {
      if (line.empty() || line.starts_with("# ")) continue;
      if (line.starts_with("=== ")) {
        scenes.push_back({line.substr(4), {}});
      } else if (scenes.empty()) {
        throw std::runtime_error("line " + std::to_string(number_) + " stands before the first ===");
      } else {
        scenes.back().exchanges.push_back(exchange(line));
      }
    }
    return scenes;
  }

 private:
  bool next(std::string& line) {
    ++number_;
    return static_cast<bool>(std::getline(in_, line));
  }

  Exchange exchange(const std::string& request_line) {
    Exchange exchange;
    exchange.line = number_;
    std::istringstream(request_line) >> exchange.call.method >> exchange.call.target;
    std::string line;
    while (next(line) && !line.empty() && !line.starts_with("<<< ")) {
      const auto colon = line.find(": ");
      if (colon == std::string::npos) throw std::runtime_error("no header in line " + std::to_string(number_));
      exchange.call.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    }
    while (!line.starts_with("<<< ") && next(line)) {
      if (!line.starts_with("<<< ")) exchange.call.body += line + "\n";
    }
    if (!line.starts_with("<<< ")) throw std::runtime_error("no reply before line " + std::to_string(number_));
    exchange.status = static_cast<unsigned>(std::stoul(line.substr(4)));
    while (next(line) && !line.empty()) exchange.reply += line;
    return exchange;
  }

  std::ifstream in_;
  int number_ = 0;
};

/// What earlier replies of a scene named: ${queue}, ${group}, ${handler0}, ${handler1} …
class Names {
 public:
  [[nodiscard]] std::string filled(std::string text) const {
    for (const auto& [name, value] : values_) text = replaced(std::move(text), "${" + name + "}", value);
    return text;
  }

  void learn(const Answer& answer) {
    if (!answer.text_of("consumerGroupId").empty()) values_["group"] = answer.text_of("consumerGroupId");
    const auto* inner = answer.json().as_object().if_contains("returnObj");
    if (!answer.done() || inner == nullptr) return;
    const auto opened = answer.opened();
    if (const auto* object = opened.if_object(); object != nullptr && object->contains("project_id")) {
      values_["queue"] = std::string(object->at("id").as_string());
    }
    if (const auto* array = opened.if_array()) {
      for (std::size_t i = 0; i < array->size(); ++i) {
        values_["handler" + std::to_string(i)] = std::string((*array)[i].at("handler").as_string());
      }
    }
  }

 private:
  std::map<std::string, std::string> values_;
};

class Literal : public ::testing::TestWithParam<Scene> {};

TEST_P(Literal, RepliesAreWrittenAsExpected) {
  World world;
  Names names;
  for (const auto& exchange : GetParam().exchanges) {
    SCOPED_TRACE("request in line " + std::to_string(exchange.line));
    Call call = exchange.call;
    for (auto& header : call.headers) header.second = names.filled(header.second);
    call.body = names.filled(call.body);
    const auto answer = world.ask(call);
    EXPECT_EQ(answer.http(), exchange.status);
    EXPECT_EQ(masked(answer.text()), masked(names.filled(exchange.reply)));
    if (HasFailure()) return;
    names.learn(answer);
  }
}

std::string test_name(const ::testing::TestParamInfo<Scene>& test) {
  std::string name;
  bool upper = true;
  for (const char c : test.param.name) {
    if (c == ' ') {
      upper = true;
    } else if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      name += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
      upper = false;
    }
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Operations, Literal, ::testing::ValuesIn(Reader("operations.http").scenes()), test_name);
INSTANTIATE_TEST_SUITE_P(Reference, Literal, ::testing::ValuesIn(Reader("reference.http").scenes()), test_name);

}  // namespace
}  // namespace wingmq::contract

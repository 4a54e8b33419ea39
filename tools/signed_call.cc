#include "signed_call.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <array>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <utility>

#include "values.h"

namespace wingmq::tools {
namespace {

using Parameter = std::pair<std::string, std::string>;

std::string now_as_date() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 40> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

std::expected<std::string, std::string> read_file(const std::string& name) {
  if (name == "-") return std::string{std::istreambuf_iterator<char>(std::cin), {}};
  std::ifstream file(name, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad()) return std::unexpected(fmt::format("the file `{}` cannot be read", name));
  return text;
}

std::expected<Parameter, std::string> read_parameter(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == 0 || equals == std::string::npos) {
    return std::unexpected(fmt::format("--param: `{}` is given, needed is NAME=VALUE or NAME=@FILE", text));
  }
  Parameter parameter{text.substr(0, equals), text.substr(equals + 1)};
  if (!parameter.second.starts_with('@')) return parameter;
  auto read = read_file(parameter.second.substr(1));
  if (!read) return std::unexpected(fmt::format("--param {}: {}", parameter.first, read.error()));
  parameter.second = std::move(*read);
  return parameter;
}

}  // namespace

void SignedCallOptions::add_to(CLI::App& command) {
  command.add_option("OPERATION", operation_, "Such as queryQueue")->required();
  command.add_option("--param", parameters_, "A parameter of the call; NAME=@FILE reads its value from a file, @- from standard input")
      ->option_text("NAME=VALUE ...")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_option("--access-key", access_key_, "Whose credential (default test)")->option_text("AK");
  command.add_option("--secret-key", secret_key_, "Its secret (default test)")->option_text("SK");
  command.add_option("--date", date_, "requestDate (default the present)")->option_text("DATE");
  command.add_option("--url", url_, "Where the server is (default http://127.0.0.1:9080)")->option_text("URL");
}

std::expected<net::CallToSign, std::string> SignedCallOptions::read() const {
  const auto names = net::operation_names();
  if (std::ranges::find(names, operation_) == names.end()) {
    const auto similar = nearest(operation_, names);
    return std::unexpected(fmt::format("no operation is called `{}`{}", operation_,
                                       similar.empty() ? "" : fmt::format("; did you mean `{}`?", similar)));
  }
  net::CallToSign call{.operation = operation_,
                       .parameters = {},
                       .access_key = access_key_,
                       .secret_key = secret_key_,
                       .date = date_.empty() ? now_as_date() : date_};
  for (const std::string& text : parameters_) {
    auto parameter = read_parameter(text);
    if (!parameter) return std::unexpected(std::move(parameter.error()));
    call.parameters.push_back(std::move(*parameter));
  }
  return call;
}

}  // namespace wingmq::tools

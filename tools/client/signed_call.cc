#include "client/signed_call.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

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

#include "json_text.h"
#include "values.h"

namespace wingmq::tools {
namespace {

using Parameter = std::pair<std::string, std::string>;

/// A value in the form in which all of it arrives: HTTP drops the blanks around a header, the server those around JSON,
/// and neither would be missing from the digest. A file's last line ends with a line end that nobody meant.
std::string tidied(std::string_view value) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto first = value.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  value = value.substr(first, value.find_last_not_of(kBlanks) + 1 - first);
  return value.starts_with('{') || value.starts_with('[') ? flatten_json(value) : std::string(value);
}

std::expected<Parameter, std::string> read_parameter(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == 0 || equals == std::string::npos) {
    return std::unexpected(fmt::format("--param: `{}` is given, needed is NAME=VALUE or NAME=@FILE", text));
  }
  Parameter parameter{text.substr(0, equals), text.substr(equals + 1)};
  if (parameter.second.starts_with('@')) {
    auto read = read_file(parameter.second.substr(1));
    if (!read) return std::unexpected(fmt::format("--param {}: {}", parameter.first, read.error()));
    parameter.second = std::move(*read);
  }
  parameter.second = tidied(parameter.second);
  return parameter;
}

std::expected<std::string, std::string> read_operation(const std::string& name) {
  const auto names = net::operation_names();
  if (std::ranges::find(names, name) != names.end()) return name;
  const auto similar = nearest(name, names);
  return std::unexpected(similar.empty()
                             ? fmt::format("no operation is called `{}`; there are: {}", name, fmt::join(names, ", "))
                             : fmt::format("no operation is called `{}`; did you mean `{}`?", name, similar));
}

/// What keeps a header from being one; the parameters of a GET are headers.
std::optional<std::string> find_fault(const Parameter& header) {
  const auto& [name, value] = header;
  const auto in_name = [](unsigned char c) {
    return c > ' ' && c < 0x7f &&
           std::string_view("\"(),/:;<=>?@[\\]{}").find(static_cast<char>(c)) == std::string_view::npos;
  };
  if (!std::ranges::all_of(name, in_name))
    return fmt::format("`{}` is no name for a parameter of a GET, which is a header", name);
  const auto in_value = [](unsigned char c) { return (c >= ' ' && c != 0x7f) || c == '\t'; };
  if (std::ranges::all_of(value, in_value)) return std::nullopt;
  return fmt::format("{} is sent as a header, which can hold no line ends and no other control characters", name);
}

/// Headers that only a signed call has.
bool signs(const Parameter& header) {
  return header.first == "contentMD5" || header.first == "requestDate" || header.first == "Hmac";
}

}  // namespace

std::string now_as_date() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 40> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

std::expected<std::string, std::string> read_file(const std::string& name) {
  if (name == "-") return std::string{std::istreambuf_iterator<char>(std::cin), {}};
  // Not with iterators: where a folder is opened as a file they throw, read() only says so.
  std::ifstream file(name, std::ios::binary);
  std::string text;
  std::array<char, 65'536> piece{};
  while (file.read(piece.data(), piece.size()) || file.gcount() > 0) {
    text.append(piece.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (!file.is_open() || file.bad()) return std::unexpected(fmt::format("the file `{}` cannot be read", name));
  return text;
}

void SignedCallOptions::add_to(CLI::App& command) {
  command.add_option("OPERATION", operation_, "Such as queryQueue; the list is below");
  command
      .add_option("--param", parameters_,
                  "A parameter of the call; NAME=@FILE reads its value from a file, @- from standard input")
      ->option_text("NAME=VALUE ...")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  keys_.add_to(command);
  command.add_option("--date", date_, "requestDate (default the present)")->option_text("DATE");
}

std::expected<net::CallToSign, std::string> SignedCallOptions::read() const {
  if (operation_.empty()) return std::unexpected("the OPERATION is missing, such as queryQueue");
  auto operation = read_operation(operation_);
  if (!operation) return std::unexpected(std::move(operation.error()));
  if (std::ranges::count_if(parameters_, [](std::string_view each) { return each.ends_with("=@-"); }) > 1) {
    return std::unexpected("--param: only one value can be read from standard input");
  }
  net::CallToSign call{.operation = std::move(*operation),
                       .parameters = {},
                       .access_key = keys_.access_key(),
                       .secret_key = keys_.secret_key(),
                       .date = date_.empty() ? now_as_date() : date_};
  call.parameters.reserve(parameters_.size());
  for (const std::string& text : parameters_) {
    auto parameter = read_parameter(text);
    if (!parameter) return std::unexpected(std::move(parameter.error()));
    call.parameters.push_back(std::move(*parameter));
  }
  return call;
}

std::expected<ReadyCall, std::string> SignedCallOptions::make() const {
  const auto call = read();
  if (!call) return std::unexpected(call.error());
  return make_ready(*call);
}

std::expected<ReadyCall, std::string> make_ready(const net::CallToSign& call) {
  ReadyCall ready{net::service_path(call.operation), net::sign(call)};
  auto& headers = ready.wire.headers;
  if (call.secret_key.empty()) std::erase_if(headers, signs);
  for (const Parameter& header : headers) {
    if (auto fault = find_fault(header)) return std::unexpected(std::move(*fault));
  }
  return ready;
}

Request as_request(const ReadyCall& call, const std::string& language, std::chrono::milliseconds patience) {
  const auto& [headers, body] = call.wire;
  Request request{.method = body.empty() ? "GET" : "POST", .path = call.path, .headers = headers, .body = body, .patience = patience};
  if (!language.empty()) request.headers.emplace_back("Accept-Language", language);
  return request;
}

std::string operations_help() {
  constexpr std::size_t kColumns = 110;
  std::string text = "Operations:";
  std::size_t line_begin = 0;
  for (const std::string& name : net::operation_names()) {
    if (text.size() - line_begin + name.size() > kColumns) {
      line_begin = text.size();
      text += "\n ";
    }
    text += " " + name;
  }
  return text + "\n";
}

}  // namespace wingmq::tools

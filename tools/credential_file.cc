#include "credential_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

namespace wingmq::tools {
namespace {

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
}

}  // namespace

Read<std::vector<net::Credential>> read_credential_file(const std::string& path) {
  std::ifstream file(path);
  // A folder can be opened; that it cannot be read shows with the first byte.
  if (file.peek() == std::ifstream::traits_type::eof() && !file.eof()) {
    return std::unexpected(fmt::format("`{}` cannot be read: {}", path, std::generic_category().message(errno)));
  }
  std::vector<net::Credential> credentials;
  std::string text;
  for (std::size_t number = 1; std::getline(file, text); ++number) {
    const auto line = without_blanks(text);
    if (line.empty() || line.starts_with('#')) continue;
    auto credential = read_credential(line);
    if (!credential) return std::unexpected(fmt::format("{}:{}: needed is {}", path, number, credential.error()));
    credentials.push_back(std::move(*credential));
  }
  return credentials;
}

}  // namespace wingmq::tools

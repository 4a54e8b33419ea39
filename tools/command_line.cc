#include "command_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <vector>

#include "values.h"

namespace wingmq::tools {
namespace {

std::string full_name(const CLI::App& command) {
  return command.get_parent() == nullptr ? command.get_name()
                                         : full_name(*command.get_parent()) + " " + command.get_name();
}

std::vector<std::string> options_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* each : app.get_subcommands([](const CLI::App*) { return true; })) names.push_back(each->get_name());
  return names;
}

/// The name in front of `=`: what follows may be a secret.
std::string name_in(std::string_view word) { return std::string(word.substr(0, word.find('='))); }

/// `did you mean …?`, or where the right names stand.
std::string hint(std::string_view word, const std::vector<std::string>& known, const CLI::App& command) {
  const auto similar = nearest(word, known);
  return similar.empty() ? fmt::format("`{} --help` lists them", full_name(command)) : fmt::format("did you mean `{}`?", similar);
}

std::string no_command(const std::string& name, const std::vector<std::string>& commands, const CLI::App& app) {
  return fmt::format("`{}` is no command; {}", name,
                     nearest(name, commands).empty() ? fmt::format("there are {}", fmt::join(commands, ", ")) : hint(name, commands, app));
}

bool names_option_of_a_command(const CLI::App& app, std::string_view name) {
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_option_no_throw(std::string(name)) != nullptr) return true;
  }
  return false;
}

}  // namespace

std::string describe_unknown(const CLI::App& command) {
  const auto left = command.remaining();
  const auto first = std::ranges::find_if(left, [](const std::string& word) { return word != "--"; });
  const std::string name = name_in(first == left.end() ? left.front() : *first);
  if (name.starts_with('-')) return fmt::format("`{}` is not an option; {}", name, hint(name, options_of(command), command));
  return fmt::format("`{}` belongs to no option; `{} --help` lists them", name, full_name(command));
}

std::optional<std::string> find_unknown_command(const CLI::App& app, const std::vector<std::string>& words) {
  const auto commands = commands_of(app);
  if (words.empty() || words.front().starts_with('-') || std::ranges::find(commands, words.front()) != commands.end()) return std::nullopt;
  return no_command(name_in(words.front()), commands, app);
}

std::string describe_unknown_command(const CLI::App& app) {
  const std::string name = name_in(app.remaining().front());
  if (!name.starts_with('-')) return no_command(name, commands_of(app), app);
  if (names_option_of_a_command(app, name)) {
    return fmt::format("`{}` must follow a command: {} serve {} …", name, app.get_name(), name);
  }
  return fmt::format("`{}` is not an option; {}", name, hint(name, options_of(app), app));
}

std::string describe(const CLI::ParseError& error, const CLI::App& command) {
  std::string text = error.what();
  const std::string name = text.substr(0, text.find(':'));
  const auto* option = command.get_option_no_throw(name);
  if (option == nullptr || dynamic_cast<const CLI::ArgumentMismatch*>(&error) == nullptr) return text;
  std::string placeholder = option->get_option_text();
  if (placeholder.ends_with(" ...")) placeholder.resize(placeholder.size() - 4);
  return fmt::format("{}: a value is missing; needed is {} {}", name, name, placeholder);
}

}  // namespace wingmq::tools

#include "read_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>
#include <toml++/toml.h>

#include "usable_memory.h"
#include "values.h"

namespace wingmq::tools {
namespace {

const SettingRule* find_by_key(std::string_view key) {
  const auto& rules = serve_rules();
  const auto found = std::ranges::find_if(rules, [key](const SettingRule& rule) { return rule.key() == key; });
  return found != rules.end() ? &*found : nullptr;
}

std::string unknown_key(std::string_view key, const std::string& origin) {
  std::vector<std::string> keys;
  for (const SettingRule& rule : serve_rules()) keys.push_back(rule.key());
  const auto similar = nearest(key, keys);
  const auto hint = similar.empty() ? "`wingmq serve --help` lists them" : fmt::format("did you mean `{}`?", similar);
  return fmt::format("{}: no setting is called `{}`; {}", origin, key, hint);
}

std::optional<std::string> scalar_text(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  return std::nullopt;
}

/// A [[credential]] as the option's text; nullopt when a member is missing, unknown or of the wrong type.
std::optional<std::string> credential_text(const toml::table& table) {
  const auto access_key = table["access_key"].value<std::string>();
  const auto secret_key = table["secret_key"].value<std::string>();
  if (!access_key || !secret_key) return std::nullopt;
  for (const auto& [key, node] : table) {
    const bool known = key == "access_key" || key == "secret_key" || key == "customer" || key == "delegate";
    if (!known || (key == "delegate" ? !node.is_boolean() : !node.is_string())) return std::nullopt;
  }
  std::string text = *access_key + kPartSeparator + *secret_key + kPartSeparator + table["customer"].value_or(*access_key);
  if (table["delegate"].value_or(false)) text += std::string(1, kPartSeparator) + "delegate";
  return text;
}

std::expected<std::vector<std::string>, std::string> texts_of(const toml::node& node, const SettingRule& rule) {
  std::vector<std::string> values;
  const auto* list = node.as_array();
  if (list == nullptr) {
    if (auto value = scalar_text(node)) values.push_back(std::move(*value));
  } else if (rule.repeatable) {
    for (const toml::node& element : *list) {
      auto value = element.is_table() && rule.name == "credential" ? credential_text(*element.as_table()) : scalar_text(element);
      if (value) values.push_back(std::move(*value));
    }
  }
  if (!values.empty() && (list == nullptr || values.size() == list->size())) return values;
  return std::unexpected(rule.name == "credential" ? "strings, or tables of access_key, secret_key, customer and delegate"
                         : rule.repeatable       ? "a string or an array of strings"
                                                 : "a string, a whole number, true or false");
}

std::expected<GivenSetting, std::string> given_of(const toml::key& key, const toml::node& node, const std::string& path) {
  const std::string origin = fmt::format("{}:{}", path, key.source().begin.line);
  const SettingRule* rule = find_by_key(key.str());
  if (rule == nullptr) return std::unexpected(unknown_key(key.str(), origin));
  auto values = texts_of(node, *rule);
  if (!values) return std::unexpected(fmt::format("{}: {} needs {}", origin, rule->key(), values.error()));
  return GivenSetting{rule->name, std::move(*values), origin + ": " + rule->key()};
}

std::expected<void, std::string> apply(ServeSettings& settings, const SettingRule& rule, const GivenSetting& given) {
  for (const std::string& value : given.values) {
    const auto applied = rule.apply(settings, value);
    if (applied) continue;
    return std::unexpected(fmt::format("{}: {} is given, needed is {}", given.origin,
                                       rule.secret ? "a bad value" : fmt::format("`{}`", value), applied.error()));
  }
  return {};
}

constexpr std::string_view kPrefix = "WINGMQ_";

std::vector<std::string> known_variables() {
  std::vector<std::string> names{"WINGMQ_CONFIG", "WINGMQ_ACCESS_KEY",
                                 "WINGMQ_SECRET_KEY"};  // the keys are for `call` and `sign`
  for (const SettingRule& rule : serve_rules()) names.push_back(rule.variable());
  return names;
}

/// A variable that looks like one of ours and is none. The prefix, which all share, does not count as a likeness.
std::optional<std::string> find_misspelt(const Environment& variables) {
  std::vector<std::string> endings;
  for (const std::string& name : known_variables()) endings.push_back(name.substr(kPrefix.size()));
  for (const std::string& name : unused_variables(variables)) {
    const auto similar = nearest(std::string_view(name).substr(kPrefix.size()), endings);
    if (!similar.empty()) return fmt::format("{}: no setting has this variable; did you mean `{}{}`?", name, kPrefix, similar);
  }
  return std::nullopt;
}

}  // namespace

std::expected<std::vector<GivenSetting>, std::string> read_config(const std::string& path) {
  toml::table table;
  try {
    std::ifstream file(path);
    if (file.peek() == std::ifstream::traits_type::eof() && !file.eof()) {
      return std::unexpected(fmt::format("the configuration file `{}` cannot be read: {}", path, std::generic_category().message(errno)));
    }
    table = toml::parse(file, path);
  } catch (const toml::parse_error& error) {
    return std::unexpected(fmt::format("{}:{}: {}", path, error.source().begin.line, error.description()));
  }
  std::vector<GivenSetting> settings;
  for (const auto& [key, node] : table) {
    auto given = given_of(key, node, path);
    if (!given) return std::unexpected(given.error());
    settings.push_back(std::move(*given));
  }
  return settings;
}

std::expected<std::vector<GivenSetting>, std::string> read_environment(const Environment& variables) {
  std::vector<GivenSetting> settings;
  for (const SettingRule& rule : serve_rules()) {
    const auto found = variables.find(rule.variable());
    if (found == variables.end()) continue;
    GivenSetting given{rule.name, {found->second}, rule.variable()};
    if (rule.repeatable) {
      given.values.clear();
      std::istringstream words(found->second);
      for (std::string word; words >> word;) given.values.push_back(word);
    }
    settings.push_back(std::move(given));
  }
  if (const auto misspelt = find_misspelt(variables)) return std::unexpected(*misspelt);
  return settings;
}

std::vector<std::string> unused_variables(const Environment& variables) {
  const std::vector<std::string> known = known_variables();
  std::vector<std::string> unused;
  for (const auto& [name, value] : variables) {
    if (name.starts_with(kPrefix) && std::ranges::find(known, name) == known.end()) unused.push_back(name);
  }
  return unused;
}

std::expected<ServeSettings, std::string> resolve(const std::vector<GivenSetting>& command_line,
                                                  const std::vector<GivenSetting>& environment,
                                                  const std::vector<GivenSetting>& file) {
  ServeSettings settings;
  settings.broker.memory_limit_bytes = default_memory_limit();
  for (const SettingRule& rule : serve_rules()) {
    for (const auto* source : {&command_line, &environment, &file}) {
      const auto given = std::ranges::find(*source, rule.name, &GivenSetting::name);
      if (given == source->end()) continue;
      settings.origins[rule.name] = given->origin;
      const auto applied = apply(settings, rule, *given);
      if (!applied) return std::unexpected(applied.error());
      break;
    }
  }
  if (auto completed = complete(settings); !completed) return std::unexpected(completed.error());
  return settings;
}

std::size_t default_memory_limit() { return usable_memory() / 2; }

}  // namespace wingmq::tools

#include "read_settings.h"

#include <fmt/format.h>
#include <unistd.h>

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

/// A [[credential]] as the option's text, or what is wrong with it.
std::expected<std::string, std::string> credential_text(const toml::table& table) {
  for (const auto& [key, node] : table) {
    const bool known = key == "access_key" || key == "secret_key" || key == "customer" || key == "delegate";
    if (!known) return std::unexpected(fmt::format("`{}` is unknown; there are access_key, secret_key, customer, delegate", key.str()));
    if (key == "delegate" ? !node.is_boolean() : !node.is_string())
      return std::unexpected(fmt::format("{} must be {}", key.str(), key == "delegate" ? "true or false" : "text"));
  }
  const auto access_key = table["access_key"].value_or(std::string());
  const auto secret_key = table["secret_key"].value_or(std::string());
  if (access_key.empty()) return std::unexpected("access_key is missing");
  if (secret_key.empty()) return std::unexpected("secret_key is missing");
  std::string text = access_key + kPartSeparator + secret_key + kPartSeparator + table["customer"].value_or(access_key);
  if (table["delegate"].value_or(false)) text += std::string(1, kPartSeparator) + "delegate";
  return text;
}

/// One value of a setting, and where it stands.
using Value = std::expected<std::string, std::string>;

/// Reads the values of one key of a file. Each may stand in a line of its own.
class KeyReader {
 public:
  KeyReader(const std::string& path, const SettingRule& rule, const toml::key& key)
      : path_(path), rule_(rule), given_{rule.name, {}, place(key.source())} {}

  std::expected<GivenSetting, std::string> read(const toml::node& node) {
    const auto* table = node.as_table();
    if (const auto* list = node.as_array(); list != nullptr && rule_.repeatable) {
      for (const toml::node& element : *list) add(element.source(), text_of(element));
    } else if (table != nullptr && rule_.name == "limit") {
      for (const auto& [key, value] : *table) add(key.source(), pair_text(key.str(), value));
    } else {
      add(toml::source_region(), text_of(node));
    }
    if (given_.values.empty() && wrong_.empty()) wrong_ = fmt::format("{} needs {}", given_.origin, needed());
    if (!wrong_.empty()) return std::unexpected(wrong_);
    return std::move(given_);
  }

 private:
  [[nodiscard]] std::string place(const toml::source_region& source) const {
    return fmt::format("{}:{}: {}", path_, source.begin.line, rule_.key());
  }
  [[nodiscard]] std::string needed() const {
    if (rule_.name == "credential") return "strings, or tables of access_key, secret_key, customer and delegate";
    if (rule_.name == "limit") return "NAME=VALUE, an array of them, or a table of name = value";
    return rule_.repeatable ? "a string or an array of strings" : "a string, a whole number, true or false";
  }
  [[nodiscard]] Value text_of(const toml::node& node) const {
    if (rule_.name == "credential" && node.is_table()) {
      auto text = credential_text(*node.as_table());
      return text ? text : std::unexpected(": " + text.error());
    }
    auto text = scalar_text(node);
    return text ? Value(std::move(*text)) : std::unexpected(" needs " + needed());
  }
  [[nodiscard]] Value pair_text(std::string_view name, const toml::node& node) const {
    const auto text = scalar_text(node);
    return text ? Value(fmt::format("{}={}", name, *text)) : std::unexpected(" needs " + needed());
  }
  void add(const toml::source_region& source, Value value) {
    const std::string where = source.begin ? place(source) : given_.origin;
    if (!value) {
      if (wrong_.empty()) wrong_ = where + value.error();
      return;
    }
    given_.values.push_back(std::move(*value));
    given_.places.push_back(where);
  }

  const std::string& path_;
  const SettingRule& rule_;
  GivenSetting given_;
  std::string wrong_;
};

std::expected<GivenSetting, std::string> given_of(const toml::key& key, const toml::node& node, const std::string& path) {
  const SettingRule* rule = find_by_key(key.str());
  if (rule == nullptr) return std::unexpected(unknown_key(key.str(), fmt::format("{}:{}", path, key.source().begin.line)));
  return KeyReader(path, *rule, key).read(node);
}

std::expected<void, std::string> apply(ServeSettings& settings, const SettingRule& rule, const GivenSetting& given) {
  for (std::size_t i = 0; i < given.values.size(); ++i) {
    const std::string& value = given.values[i];
    const auto applied = rule.apply(settings, value);
    if (applied) continue;
    return std::unexpected(fmt::format("{}: {} is given, needed is {}", given.places.empty() ? given.origin : given.places[i],
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

Environment process_environment() {
  Environment variables;
  for (char** each = ::environ; *each != nullptr; ++each) {
    const std::string_view entry(*each);
    const auto equals = entry.find('=');
    if (equals != std::string_view::npos) variables.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return variables;
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
      settings.given[rule.name] = given->values;
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

// A configuration file: either settings, or an error that names the file and the line. Values that are secret are never shown.

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "check.h"
#include "read_settings.h"

namespace {

using wingmq::test::require;
using namespace wingmq::tools;

/// A file that exists only in memory.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view text) : file_(memfd_create("config", MFD_CLOEXEC)) {
    require(file_ >= 0, "there is a file in memory");
    const auto written = ::write(file_, text.data(), text.size());
    require(written == static_cast<ssize_t>(text.size()), "the file takes the input");
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(file_); }

  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(file_); }

 private:
  const int file_;
};

/// Whether a text begins with `path:LINE: ` and says something then.
bool names_line(std::string_view text, std::string_view path, std::size_t lines) {
  if (!text.starts_with(path) || !text.substr(path.size()).starts_with(':')) return false;
  text.remove_prefix(path.size() + 1);
  std::size_t line = 0;
  while (!text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) != 0) {
    line = line * 10 + static_cast<std::size_t>(text.front() - '0');
    text.remove_prefix(1);
  }
  return line >= 1 && line <= lines && text.starts_with(": ") && text.size() > 2;
}

bool is_secret(const GivenSetting& given) {
  return std::ranges::any_of(serve_rules(), [&](const SettingRule& rule) { return rule.name == given.name && rule.secret; });
}

/// Inputs mark a secret with this word; unless it stands elsewhere as well, no text may show it.
void check_secrets(const std::vector<GivenSetting>& given, const std::string& error) {
  constexpr std::string_view kMark = "s3cr3t";
  for (const GivenSetting& each : given) {
    const auto marked = [&](const std::string& value) { return value.find(kMark) != std::string::npos; };
    if (!is_secret(each) && std::ranges::any_of(each.values, marked)) return;
  }
  require(error.find(kMark) == std::string::npos, "a secret is not shown", error);
}

/// Errors of the settings taken together name an option when no line alone is to blame.
void check_resolving(const std::vector<GivenSetting>& given, const std::string& path, std::size_t lines) {
  const auto settings = resolve({}, {}, given);
  if (settings) {
    for (const GivenSetting& each : given) {
      require(settings->origins.contains(each.name), "what was given is known to be given", each.name);
    }
    return;
  }
  const std::string& error = settings.error();
  require(names_line(error, path, lines) || error.starts_with("--"), "an error says where the mistake is", error);
  check_secrets(given, error);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const MemoryFile file(text);
  const std::size_t lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
  const auto given = read_config(file.path());
  if (!given) {
    require(names_line(given.error(), file.path(), lines), "an error names the file and the line", given.error());
    return 0;
  }
  for (const GivenSetting& each : *given) {
    require(names_line(each.origin, file.path(), lines), "a setting knows its line", each.origin);
    require(!each.values.empty(), "a setting has a value", each.origin);
  }
  check_resolving(*given, file.path(), lines);
  return 0;
}

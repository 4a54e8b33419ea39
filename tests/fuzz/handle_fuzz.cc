// Handle::parse: never accepts what text() cannot have written, and reads back what text() writes.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "wingmq/handle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto handle = wingmq::Handle::parse(text);
  if (!handle) return 0;
  const auto written = handle->text();
  if (std::string_view(written.data(), written.size()) != text) std::abort();
  if (wingmq::Handle::parse({written.data(), written.size()}) != handle) std::abort();
  return 0;
}

#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "operations/params.h"
#include "wingmq/delivery.h"

namespace wingmq::net {

/// Reads the entries of a confirmation (API.md 4.10) in passing while they look as almost all do: an object of `handler` and
/// `status`, a handler that can be read, a status that is one. At the first other entry it gives up, and whoever asked reads the
/// list again, slowly, to say what is wrong or to find that nothing is. Belongs to one call.
class ConfirmList final : public ListReader {
 public:
  /// At most `entries_max` entries are taken.
  explicit ConfirmList(std::uint32_t entries_max) : entries_max_(entries_max) {}

  [[nodiscard]] bool read(json::Reader& reader) override;

  /// Whether a list was read, all of it usual; then take() has its entries.
  [[nodiscard]] bool usual() const noexcept { return usual_ && !entries_.empty(); }
  [[nodiscard]] std::vector<ConfirmEntry> take() noexcept { return std::move(entries_); }

 private:
  bool read_entry(json::Reader& reader);
  bool read_exact(json::Reader& reader);
  void add(const json::Value& handler, const json::Value& status);

  const std::uint32_t entries_max_;
  std::vector<ConfirmEntry> entries_;
  bool usual_ = true;
};

}  // namespace wingmq::net

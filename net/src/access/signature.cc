#include "access/signature.h"

#include <algorithm>
#include <array>
#include <set>

namespace wingmq::net {
namespace {

constexpr std::string_view kCustomInfo = "customInfo";

using Order = std::vector<SignedValue>;

/// The values by `rank`, a handful of them; those of one rank keep their order.
template <typename Rank>
Order sorted_by(const Order& values, Rank rank) {
  Order sorted;
  for (const SignedValue& value : values) {
    const auto behind = std::ranges::upper_bound(sorted, rank(value), {}, rank);
    sorted.insert(behind, value);
  }
  return sorted;
}

Order documented_order(const Order& values, std::span<const std::string_view> documented) {
  return sorted_by(values, [documented](const SignedValue& value) {
    return std::ranges::find(documented, value.name) - documented.begin();
  });
}

Order alphabetical_order(const Order& values) {
  return sorted_by(values, [](const SignedValue& value) { return value.name; });
}

Order without_custom_info(const Order& values) {
  Order rest;
  std::ranges::copy_if(values, std::back_inserter(rest), [](const SignedValue& v) { return v.name != kCustomInfo; });
  return rest;
}

std::vector<std::string_view> joined(const Order& order, std::string_view separator, bool decoded) {
  std::vector<std::string_view> parts;
  for (const SignedValue& value : order) {
    if (!parts.empty()) parts.push_back(separator);
    parts.push_back(decoded ? value.decoded : value.text);
  }
  return parts;
}

bool changed_by_decoding(std::span<const SignedValue> values) {
  return std::ranges::any_of(values, [](const SignedValue& value) { return value.text != value.decoded; });
}

std::string names_of(const Order& order) {
  std::string names;
  for (const SignedValue& value : order) names.append(names.empty() ? "" : ",").append(value.name);
  return names;
}

}  // namespace

bool for_each_digest(std::span<const SignedValue> values, std::span<const std::string_view> documented,
                     const std::function<bool(std::span<const std::string_view> parts)>& digest) {
  Order wire(values.begin(), values.end());
  std::set<std::string> tried;
  // Each order is made when it is needed: the first is right, almost always.
  const std::function<Order()> orders[] = {[&] { return documented_order(wire, documented); }, [&] { return wire; },
                                           [&] { return alphabetical_order(wire); }};
  for (const auto& make_order : orders) {
    const Order whole = make_order();
    for (const Order& order : {whole, without_custom_info(whole)}) {
      if (order.empty() != wire.empty() || !tried.insert(names_of(order)).second) continue;
      for (const std::string_view separator : {"\n", "\\n"}) {
        if (separator != "\n" && order.size() < 2) continue;
        if (digest(joined(order, separator, false))) return true;
        if (changed_by_decoding(order) && digest(joined(order, separator, true))) return true;
      }
    }
  }
  return false;
}

std::string hmac_of(const SigningKey& key, std::string_view content_md5, std::string_view request_date,
                    std::string_view service_path) {
  const std::array<std::string_view, 5> parts{content_md5, "\n", request_date, "\n", service_path};
  return key.sign(parts);
}

}  // namespace wingmq::net

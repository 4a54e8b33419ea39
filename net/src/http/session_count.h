#pragma once

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>

namespace wingmq::net {

/// Where a connection comes from, as far as limits are concerned: an IPv4 address, or the network of an IPv6 address (its first
/// 64 bits), for whoever has one IPv6 address has a whole network of them.
class Origin {
 public:
  Origin() = default;
  explicit Origin(const boost::asio::ip::address& address) {
    namespace ip = boost::asio::ip;
    if (address.is_v4()) {
      key_ = ip::make_address_v6(ip::v4_mapped, address.to_v4()).to_bytes();
    } else {
      key_ = address.to_v6().to_bytes();
      if (!address.to_v6().is_v4_mapped()) std::fill(key_.begin() + 8, key_.end(), 0);
    }
  }
  auto operator<=>(const Origin&) const = default;

 private:
  boost::asio::ip::address_v6::bytes_type key_{};
};

/// Whether a connection is taken.
enum class Admission : std::uint8_t {
  kTaken,
  kFull,        ///< there are too many; it is told so
  kOriginFull,  ///< there are too many of its origin; it is told so
  kDropped,     ///< so many more that telling each of them would cost too much
};

/// Connections that a server has open, over all its threads. Safe for concurrent use.
class SessionCount {
 public:
  /// At most `most` in all, and at most `most_of_origin` of each origin; 0 for the latter: as many as there are.
  SessionCount(std::uint32_t most, std::uint32_t most_of_origin) : most_(most), most_of_origin_(most_of_origin) {}

  /// Counts one more, also one that is only told why it is not taken. remove() must follow, unless it was dropped.
  [[nodiscard]] Admission add(const Origin& origin) {
    const std::scoped_lock lock(mutex_);
    if (count_ >= most_ + kToldMax) return Admission::kDropped;
    if (most_of_origin_ == 0) return count_++ < most_ ? Admission::kTaken : Admission::kFull;
    std::uint32_t& of_origin = origins_[origin];
    if (of_origin >= most_of_origin_ + kToldMax) return Admission::kDropped;
    const bool origin_full = of_origin++ >= most_of_origin_;
    const bool full = count_++ >= most_;
    return full ? Admission::kFull : origin_full ? Admission::kOriginFull : Admission::kTaken;
  }
  void remove(const Origin& origin) {
    const std::scoped_lock lock(mutex_);
    if (const auto found = origins_.find(origin); found != origins_.end() && --found->second == 0) origins_.erase(found);
    if (--count_ == 0) none_.notify_all();
  }
  /// Waits until there is none, `limit` at most.
  void wait_for_none(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    none_.wait_for(lock, limit, [this] { return count_ == 0; });
  }

 private:
  /// So many connections above a limit are told why they are not taken, each for a second at most.
  static constexpr std::uint32_t kToldMax = 256;

  const std::uint32_t most_;
  const std::uint32_t most_of_origin_;
  std::mutex mutex_;
  std::condition_variable none_;
  std::uint32_t count_ = 0;
  std::map<Origin, std::uint32_t> origins_;  // empty without a limit
};

}  // namespace wingmq::net

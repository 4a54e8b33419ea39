#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "access/digest.h"
#include "wingmq/net/server.h"

namespace wingmq::net {

/// A credential with its key worked in.
struct KeyedCredential {
  Credential credential;
  SigningKey key;
};

/// Who may call. Replaced as a whole while calls go on. Safe for concurrent use.
class Credentials {
 public:
  explicit Credentials(const std::vector<Credential>& credentials) { replace(credentials); }

  /// The credential of an accessKey; nullptr: there is none. It stays usable after a replacement.
  [[nodiscard]] std::shared_ptr<const KeyedCredential> find(std::string_view access_key) const;
  /// A credential of which this is the secretKey, for whoever confuses the two; nullptr: there is none.
  [[nodiscard]] std::shared_ptr<const KeyedCredential> find_by_secret(std::string_view secret_key) const;
  void replace(const std::vector<Credential>& credentials);

 private:
  using Map = std::map<std::string, std::shared_ptr<const KeyedCredential>, std::less<>>;

  [[nodiscard]] std::shared_ptr<const Map> all() const {
    const std::scoped_lock lock(mutex_);
    return by_access_key_;
  }

  mutable std::mutex mutex_;
  std::shared_ptr<const Map> by_access_key_;
};

}  // namespace wingmq::net

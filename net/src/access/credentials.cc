#include "access/credentials.h"

#include <utility>

namespace wingmq::net {

std::shared_ptr<const KeyedCredential> Credentials::find(std::string_view access_key) const {
  const auto map = all();
  const auto found = map->find(access_key);
  return found != map->end() ? found->second : nullptr;
}

std::shared_ptr<const KeyedCredential> Credentials::find_by_secret(std::string_view secret_key) const {
  const auto map = all();
  for (const auto& [access_key, keyed] : *map) {
    if (equal_in_constant_time(keyed->credential.secret_key, secret_key)) return keyed;
  }
  return nullptr;
}

void Credentials::replace(const std::vector<Credential>& credentials) {
  auto map = std::make_shared<Map>();
  for (const Credential& credential : credentials) {
    (*map)[credential.access_key] =
        std::make_shared<const KeyedCredential>(KeyedCredential{credential, SigningKey(credential.secret_key)});
  }
  const std::scoped_lock lock(mutex_);
  by_access_key_ = std::move(map);
}

}  // namespace wingmq::net

#include <new>
#include <string>
#include <string_view>

#include "operations/handlers.h"

namespace wingmq::net {

void CallContext::keep() noexcept {
  try {
    std::string kept;
    kept.append(queue_text).append(group_text);
    own_text.swap(kept);
    const std::string_view whole = own_text;
    group_text = whole.substr(queue_text.size());
    queue_text = whole.substr(0, queue_text.size());
  } catch (const std::bad_alloc&) {
    queue_text = group_text = {};
  }
}

}  // namespace wingmq::net

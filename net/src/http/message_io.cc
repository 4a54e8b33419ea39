#include "http/message_io.h"

#include "text/text.h"

namespace wingmq::net {

std::string_view Request::query() const noexcept {
  const auto mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

const Header* Request::find_header(std::string_view name) const noexcept {
  for (const Header& header : headers) {
    if (equal_ignoring_case(header.name, name)) return &header;
  }
  return nullptr;
}

}  // namespace wingmq::net

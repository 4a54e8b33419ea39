#include "request_texts.h"

namespace wingmq::bench {

std::string message_list(std::int64_t count, load::Content content) {
  const std::string body = load::escaped(load::message_text(content, kTextBytes));
  std::string list = "[";
  for (std::int64_t i = 0; i < count; ++i) list.append(i == 0 ? "" : ",").append(R"({"body":")").append(body).append("\"}");
  return list + "]";
}

std::string confirm_list(std::string_view reply) {
  constexpr std::string_view kMark = R"("handler\":\")";
  std::string list = "[";
  for (auto at = reply.find(kMark); at != std::string_view::npos; at = reply.find(kMark, at + 1)) {
    const auto begin = at + kMark.size();
    list.append(list.size() == 1 ? "" : ",").append(R"({"handler":")");
    list.append(reply.substr(begin, reply.find('\\', begin) - begin)).append(R"(","status":"success"})");
  }
  return list + "]";
}

}  // namespace wingmq::bench

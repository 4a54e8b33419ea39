#include "request_texts.h"

namespace wingmq::bench {

std::string message_list(std::int64_t count, Look look) {
  constexpr std::size_t kBodyBytes = 1000;
  constexpr std::string_view kMember = R"(\"name\":1,)";
  std::string body;
  while (body.size() < kBodyBytes) body += look == Look::kPlain ? "x" : kMember;
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

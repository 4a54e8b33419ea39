#include "control/start_page.h"

#include <fmt/format.h>

#include <algorithm>

#include "control/admin_result.h"
#include "text/text.h"

namespace wingmq::net {
namespace {

constexpr std::string_view kTop =
    R"(<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>WingMQ {0}</title></head>
<body>
<h1>WingMQ {0}</h1>
<p>A message queue that speaks the HTTP API of the China Telecom Cloud message queue (CTYUN), below
<code>/apiproxy/v3/queue/</code>.</p>
<ul>
<li><a href="/livez">/livez</a> and <a href="/readyz">/readyz</a>: whether it lives, and serves</li>
<li><a href="/metrics">/metrics</a>: figures in the text format of Prometheus</li>
)";

constexpr std::string_view kAdmin =
    R"(<li><a href="/__admin/openapi.json">/__admin/openapi.json</a>: every call, as OpenAPI 3.1</li>
<li><a href="/__admin/queues">/__admin/queues</a>: queues, groups and their counts</li>
<li><a href="/__admin/clock">/__admin/clock</a>: the broker's time</li>
<li><a href="/__admin/deviations">/__admin/deviations</a>: what was decided where the reference is silent, and how often it mattered</li>
)";

constexpr std::string_view kBottom =
    R"(</ul>
<p>The documentation comes with the source: README.md to begin with, net/API.md for the API and this control plane.</p>
</body>
</html>
)";

std::string html_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '"': escaped += "&quot;"; break;
      default: escaped += c;
    }
  }
  return escaped;
}

}  // namespace

bool wants_html(const Request& request) {
  const Header* header = request.find_header("Accept");
  if (header == nullptr) return false;
  for (std::string_view rest = header->value; !rest.empty();) {
    const auto end = std::min(rest.find(','), rest.size());
    const auto range = rest.substr(0, end);
    if (equal_ignoring_case(trimmed(range.substr(0, range.find(';'))), "text/html")) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

Reply start_page(AdminAccess admin) {
  Reply reply;
  reply.content_type = "text/html; charset=utf-8";
  reply.headers = not_for_other_sites();
  reply.headers.emplace_back("Vary", "Accept");
  reply.headers.emplace_back("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
  reply.body = fmt::format(fmt::runtime(kTop), html_escaped(WINGMQ_VERSION));
  if (admin != AdminAccess::kOff) reply.body += kAdmin;
  reply.body += kBottom;
  return reply;
}

}  // namespace wingmq::net

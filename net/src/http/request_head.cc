#include "http/request_head.h"

#include <fmt/format.h>

#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/optional.hpp>
#include <limits>
#include <utility>

#include "text/authority.h"
#include "text/text.h"

namespace wingmq::net {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

std::unexpected<HttpFault> refuse(std::string detail) { return std::unexpected(HttpFault{400, std::move(detail)}); }

/// Shapes that the parser reads generously and another party on the way might read otherwise.
std::optional<std::string> find_ambiguity(std::string_view text) {
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    if (at == 0 || text[at - 1] != '\r') return "a header line ends in a bare line feed, CR LF is needed";
    const bool folded = at + 1 < text.size() && (text[at + 1] == ' ' || text[at + 1] == '\t');
    if (folded) return "a header line begins with a space: folded lines are obsolete and not taken";
  }
  return std::nullopt;
}

/// Where a request goes, by its target (RFC 9112, 3.2).
struct Destination {
  std::string_view path_and_query;
  std::string_view server;  ///< as the target names it; empty: it does not
};

/// nullopt: no target of a request that can be served here.
std::optional<Destination> destination_of(std::string_view target) {
  if (target.starts_with('/') || target == "*") return Destination{target, {}};
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equal_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    auto rest = target.substr(scheme.size());
    const auto server = rest.substr(0, rest.find_first_of("/?#"));
    rest.remove_prefix(server.size());
    rest = rest.substr(0, rest.find('#'));
    if (server.empty() || !parse_authority(server)) return std::nullopt;
    if (rest.empty()) return Destination{"/", server};
    // A query behind an empty path: nothing here is served at the root with a query, so it need not be kept.
    return Destination{rest.starts_with('/') ? rest : "/", server};
  }
  return std::nullopt;
}

std::string describe(error_code error) {
  if (error == http::error::bad_content_length) return "Content-Length is no single number";
  if (error == http::error::bad_transfer_encoding) return "Transfer-Encoding does not go with the rest of the header";
  if (error == http::error::bad_version) return "the version is neither HTTP/1.0 nor HTTP/1.1";
  return error.message();
}

}  // namespace

struct RequestHead::Parser {
  using Message = http::request<http::buffer_body>;

  Parser() {
    parser.body_limit(boost::none);  // the session compares with its own limit before it reads
    parser.header_limit(std::numeric_limits<std::uint32_t>::max());
  }

  struct Framing;
  [[nodiscard]] const Message& message() const { return parser.get(); }
  [[nodiscard]] std::optional<std::string> find_fault() const;

  http::request_parser<http::buffer_body> parser;
};

/// The headers that decide how a request is framed, each as often as it was sent. Noted in one pass: asking Beast for them by
/// name costs more than all the rest of reading a header.
struct RequestHead::Parser::Framing {
  explicit Framing(const Message& message) {
    for (const auto& each : message) {
      switch (each.name()) {
        case http::field::host:
          ++hosts;
          host = view(each.value());
          break;
        case http::field::content_type: ++types; break;
        case http::field::authorization: ++authorizations; break;
        case http::field::content_length:
          ++lengths;
          length = view(each.value());
          break;
        case http::field::transfer_encoding:
          ++codings;
          coding = view(each.value());
          break;
        case http::field::expect:
          if (!each.value().empty() && !equal_ignoring_case(view(each.value()), "100-continue")) expects_more = true;
          break;
        default: break;
      }
    }
  }

  unsigned hosts = 0;
  unsigned lengths = 0;
  unsigned codings = 0;
  unsigned types = 0;
  unsigned authorizations = 0;
  std::string_view host;
  std::string_view length;
  std::string_view coding;
  bool expects_more = false;  // than to be asked for the body
};

std::optional<std::string> RequestHead::Parser::find_fault() const {
  const Framing framing(parser.get());
  const bool http11 = parser.get().version() == 11;
  if (framing.hosts > 1) return "there is more than one Host header";
  if (framing.hosts == 0 && http11) return "the Host header is missing";
  if (!parse_authority(framing.host)) return "the Host header is no host, or its port no port";
  if (framing.types > 1) return "there is more than one Content-Type header";
  if (framing.authorizations > 1) return "there is more than one Authorization header";
  if (!destination_of(view(parser.get().target()))) return "the target is neither a path nor an http URL";
  if (framing.codings != 0 && framing.lengths != 0) return "Content-Length and Transfer-Encoding exclude each other";
  if (framing.lengths > 1) return "there is more than one Content-Length header";
  if (framing.length.find_first_not_of("0123456789") != std::string_view::npos) return "Content-Length is no single number";
  const bool plainly_chunked = framing.codings == 1 && equal_ignoring_case(framing.coding, "chunked");
  if (framing.codings != 0 && !plainly_chunked) return "Transfer-Encoding may only be `chunked`";
  if (framing.codings != 0 && !http11) return "Transfer-Encoding needs HTTP/1.1";
  if (framing.expects_more) return "Expect may only be `100-continue`";
  return std::nullopt;
}

RequestHead::RequestHead(std::unique_ptr<Parser> parser) noexcept : parser_(std::move(parser)) {}
RequestHead::RequestHead(RequestHead&&) noexcept = default;
RequestHead& RequestHead::operator=(RequestHead&&) noexcept = default;
RequestHead::~RequestHead() = default;

std::expected<RequestHead, HttpFault> RequestHead::parse(std::string_view text) {
  if (auto ambiguity = find_ambiguity(text)) return refuse(std::move(*ambiguity));
  auto parser = std::make_unique<Parser>();
  error_code error;
  parser->parser.put(boost::asio::buffer(text.data(), text.size()), error);
  if (error && error != http::error::need_more) return refuse(describe(error));
  if (!parser->parser.is_header_done()) return refuse("the header is not complete");
  if (auto fault = parser->find_fault()) return refuse(std::move(*fault));
  return RequestHead(std::move(parser));
}

Request RequestHead::request() const {
  const auto& message = parser_->message();
  Request request;
  request.method = view(message.method_string());
  const Destination to = *destination_of(view(message.target()));
  request.target = to.path_and_query;
  for (const auto& field : message) {
    const bool named_before = !to.server.empty() && field.name() == http::field::host;
    request.headers.push_back({view(field.name_string()), named_before ? to.server : view(field.value())});
  }
  return request;
}

bool RequestHead::chunked() const noexcept { return parser_->parser.chunked(); }

std::uint64_t RequestHead::content_length() const noexcept { return parser_->parser.content_length().value_or(0); }

bool RequestHead::expects_continue() const noexcept {
  return version() == 11 && !view(parser_->message()[http::field::expect]).empty();
}

bool RequestHead::keep_alive() const noexcept { return parser_->message().keep_alive(); }

bool RequestHead::head_only() const noexcept { return parser_->message().method() == http::verb::head; }

unsigned RequestHead::version() const noexcept { return parser_->message().version(); }

}  // namespace wingmq::net

#include "load/request.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "load/message_text.h"
#include "load/reply.h"
#include "wingmq/net/sign.h"

namespace wingmq::load {
namespace {

/// Up to this size a request lies in one piece of memory: gathering three costs more than copying once.
constexpr std::size_t kOnePieceMax = 16'384;
constexpr std::size_t kLengthDigits = 10;

iovec part_of(const std::string& bytes) { return {const_cast<char*>(bytes.data()), bytes.size()}; }

}  // namespace

RequestHead::RequestHead(Method method, std::string path, const Caller& caller, std::string_view parameters)
    : path_(std::move(path)) {
  bytes_ = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\naccessKey: {}\r\n", method == Method::kGet ? "GET" : "POST",
                       path_, caller.host, caller.access_key);
  const auto leave = [this](std::string_view name, std::size_t room) {
    bytes_.append(name).append(": ");
    const std::size_t at = bytes_.size();
    bytes_.append(room, ' ').append("\r\n");
    return at;
  };
  if (!caller.secret_key.empty()) {
    digest_at_ = leave("contentMD5", Md5::kTextBytes);
    date_at_ = leave("requestDate", Signer::kDateBytes);
    hmac_at_ = leave("Hmac", Signer::kHmacBytes);
    bytes_ += "platform: 3\r\n";
  }
  bytes_ += parameters;
  if (method == Method::kPost) {
    bytes_ += "Content-Type: application/json\r\n";
    length_at_ = leave("Content-Length", kLengthDigits);
  }
  bytes_ += "\r\n";
}

void RequestHead::set_length(std::size_t body_bytes) {
  fmt::format_to_n(bytes_.begin() + static_cast<std::ptrdiff_t>(length_at_), kLengthDigits, "{:>{}}", body_bytes,
                   kLengthDigits);
}

void RequestHead::sign(const Signer& signer, Md5& digest) {
  char* const bytes = bytes_.data();
  digest.finish(bytes + digest_at_);
  std::memcpy(bytes + date_at_, signer.date().data(), Signer::kDateBytes);
  signer.sign({bytes + digest_at_, Md5::kTextBytes}, path_, bytes + hmac_at_);
}

SendBody::SendBody(const Caller& caller, const std::string& queue, const Options& options)
    : signed_before_(fmt::format("{}\n{}\n", caller.region, queue)), stamped_(has_stamp(options.message_bytes)) {
  shared_ = fmt::format(R"({{"regionId":"{}","queueId":"{}","messages":)", caller.region, queue);
  messages_at_ = shared_.size();
  const std::string text = escaped(message_text(options.content, options.message_bytes));
  shared_.reserve(shared_.size() + std::size_t{options.batch} * (text.size() + 12) + 16);
  for (std::uint32_t i = 0; i < options.batch; ++i) {
    shared_.append(i == 0 ? R"([{"body":")" : R"("},{"body":")").append(text);
  }
  const std::size_t own = stamped_ ? kStampBytes : 0;
  shared_.resize(shared_.size() - own);
  tail_ = std::string(own, ' ') + R"("}]})";
}

SendRequest::SendRequest(const SendBody& body, const Caller& caller)
    : body_(body),
      head_(RequestHead::Method::kPost, net::service_path("sendSpecifyQueueMessage"), caller),
      tail_(body.tail()) {
  head_.set_length(body.shared().size() + tail_.size());
  if (head_.is_signed()) {
    begun_ = std::make_unique<Md5>();
    begun_->add(body.signed_before());
    begun_->add(std::string_view(body.shared()).substr(body.messages_at()));
  }
  if (head_.bytes().size() + body.shared().size() > kOnePieceMax) return;
  head_.bytes() += body.shared();
  stamp_at_ = head_.bytes().size();
  head_.bytes() += tail_;
}

std::span<const iovec> SendRequest::prepare(std::int64_t stamp, const Signer* signer) {
  char* const tail = stamp_at_ != 0 ? head_.bytes().data() + stamp_at_ : tail_.data();
  if (body_.is_stamped()) write_stamp(tail, stamp);
  if (begun_) {
    Md5 digest(*begun_);
    digest.add({tail, tail_.size() - 1});  // without the brace that ends the body
    head_.sign(*signer, digest);
  }
  if (stamp_at_ != 0) {
    parts_[0] = part_of(head_.bytes());
    return std::span(parts_).first(1);
  }
  parts_ = {part_of(head_.bytes()), part_of(body_.shared()), part_of(tail_)};
  return parts_;
}

ConsumeRequest::ConsumeRequest(const Caller& caller, const GroupPlace& place, std::uint32_t messages_max,
                               unsigned wait_seconds)
    : info_(fmt::format(R"({{"regionId":"{}","queueId":"{}","consumerGroupId":"{}","maxMsgs":{},"timeWait":{}}})",
                        caller.region, place.queue, place.group, messages_max, wait_seconds)),
      head_(RequestHead::Method::kGet, net::service_path("consumptionMessage"), caller,
            fmt::format("consumerQueueInfo: {}\r\n", info_)) {}

std::span<const iovec> ConsumeRequest::prepare(const Signer* signer) {
  // The same request again and again: its signature is as good as its date.
  if (head_.is_signed() && signed_for_ != signer->renewals()) {
    Md5 digest;
    digest.add(info_);
    head_.sign(*signer, digest);
    signed_for_ = signer->renewals();
  }
  part_ = part_of(head_.bytes());
  return {&part_, 1};
}

ConfirmRequest::ConfirmRequest(const Caller& caller, const GroupPlace& place)
    : signed_before_(fmt::format("{}\n{}\n{}\n", caller.region, place.queue, place.group)),
      fixed_(fmt::format(R"({{"regionId":"{}","queueId":"{}","consumerGroupId":"{}","message":)", caller.region,
                         place.queue, place.group)),
      head_(RequestHead::Method::kPost, net::service_path("confirmConsumedSpecifiedMessage"), caller) {}

void ConfirmRequest::begin() { body_ = fixed_; }

void ConfirmRequest::add(std::string_view handler) {
  body_.append(body_.size() == fixed_.size() ? R"([{"handler":")" : R"(,{"handler":")");
  body_.append(handler).append(R"(","status":"success"})");
}

std::span<const iovec> ConfirmRequest::finish(const Signer* signer) {
  body_ += "]}";
  head_.set_length(body_.size());
  if (head_.is_signed()) {
    Md5 digest;
    digest.add(signed_before_);
    digest.add(std::string_view(body_).substr(fixed_.size(), body_.size() - fixed_.size() - 1));
    head_.sign(*signer, digest);
  }
  parts_ = {part_of(head_.bytes()), part_of(body_)};
  return parts_;
}

RawRequest::RawRequest(RequestHead::Method method, std::size_t bytes, std::size_t reply_bytes) {
  const bool get = method == RequestHead::Method::kGet;
  const auto head = [&](std::size_t filler, std::size_t body) {
    return fmt::format("{} /reply/{} HTTP/1.1\r\nHost: raw\r\nX-Filler: {:x<{}}\r\nContent-Length: {}\r\n\r\n",
                       get ? "GET" : "POST", reply_bytes, "", filler, body);
  };
  // Heads of our own requests are about this long; a GET has nothing but its head.
  constexpr std::size_t kHeadFiller = 100;
  const std::size_t least = head(0, get ? 0 : bytes).size();
  const std::size_t room = bytes > least ? bytes - least : 0;
  const std::size_t filler = get ? room : std::min(room, kHeadFiller);
  const std::size_t body = get ? 0 : room - filler;
  bytes_ = head(filler, body);
  bytes_.append(body, 'x');
  part_ = part_of(bytes_);
}

}  // namespace wingmq::load

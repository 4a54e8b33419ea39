#pragma once

#include <sys/uio.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "load/options.h"
#include "load/signer.h"

namespace wingmq::load {

/// Who calls, and whom: what stands in every request's head.
struct Caller {
  std::string host;  ///< the Host header
  std::string access_key;
  std::string secret_key;  ///< empty: requests are not signed
  std::string region;
};

/// A group of a queue, as requests name it.
struct GroupPlace {
  std::string queue;
  std::string group;
};

/// A request's head with places that are written over: Content-Length and the signature.
class RequestHead {
 public:
  enum class Method : std::uint8_t { kGet, kPost };
  /// `parameters`: complete header lines, each with its line end.
  RequestHead(Method method, std::string path, const Caller& caller, std::string_view parameters = {});

  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  [[nodiscard]] std::string& bytes() { return bytes_; }
  [[nodiscard]] bool is_signed() const { return digest_at_ != 0; }
  void set_length(std::size_t body_bytes);
  void sign(const Signer& signer, Md5& digest);

 private:
  std::string path_;
  std::string bytes_;
  std::size_t length_at_ = 0;
  std::size_t digest_at_ = 0;
  std::size_t date_at_ = 0;
  std::size_t hmac_at_ = 0;
};

/// The body of a send, as far as all connections share it: everything up to the stamp of the last message. Immutable.
class SendBody {
 public:
  /// Of the options, those that say what is sent: batch, message_bytes, content.
  SendBody(const Caller& caller, const std::string& queue, const Options& options);

  [[nodiscard]] const std::string& shared() const { return shared_; }
  /// What follows it, with room for a stamp at its start when is_stamped().
  [[nodiscard]] const std::string& tail() const { return tail_; }
  [[nodiscard]] bool is_stamped() const { return stamped_; }
  /// What is signed before the list of messages, and where in shared() that list begins.
  [[nodiscard]] const std::string& signed_before() const { return signed_before_; }
  [[nodiscard]] std::size_t messages_at() const { return messages_at_; }

 private:
  std::string shared_;
  std::string tail_;
  std::string signed_before_;
  std::size_t messages_at_ = 0;
  bool stamped_ = false;
};

/// Requests, made once and written over for each call. prepare() and finish() return what is to be sent; it is good
/// until the next of them. One thread each.
class SendRequest {
 public:
  SendRequest(const SendBody& body, const Caller& caller);
  [[nodiscard]] std::span<const iovec> prepare(std::int64_t stamp, const Signer* signer);

 private:
  const SendBody& body_;
  RequestHead head_;
  std::string tail_;
  std::size_t stamp_at_ = 0;  // in the head's bytes, when the whole request lies there
  std::unique_ptr<Md5> begun_;
  std::array<iovec, 3> parts_{};
};

class ConsumeRequest {
 public:
  ConsumeRequest(const Caller& caller, const GroupPlace& place, std::uint32_t messages_max, unsigned wait_seconds);
  [[nodiscard]] std::span<const iovec> prepare(const Signer* signer);

 private:
  std::string info_;
  RequestHead head_;
  std::uint64_t signed_for_ = 0;
  iovec part_{};
};

class ConfirmRequest {
 public:
  ConfirmRequest(const Caller& caller, const GroupPlace& place);
  void begin();
  void add(std::string_view handler);
  [[nodiscard]] std::span<const iovec> finish(const Signer* signer);

 private:
  std::string signed_before_;
  std::string fixed_;  // the body up to the list of handlers
  std::string body_;
  RequestHead head_;
  std::array<iovec, 2> parts_{};
};

/// A request of `bytes` bytes to a RawServer that asks for a reply whose body has `reply_bytes`.
class RawRequest {
 public:
  RawRequest(RequestHead::Method method, std::size_t bytes, std::size_t reply_bytes);
  [[nodiscard]] std::span<const iovec> parts() const { return {&part_, 1}; }

 private:
  std::string bytes_;
  iovec part_{};
};

}  // namespace wingmq::load

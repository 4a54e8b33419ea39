// beanstalkd: its text protocol over a plain socket, a batch of commands in one pipeline.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "peer.h"

namespace wingmq::peers {
namespace {

class BeanstalkConnection final : public Connection {
 public:
  explicit BeanstalkConnection(const Job& job) : job_(job), socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), received_(std::size_t{256} << 10) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(job.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) throw Broken("beanstalkd: no connection");
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    const std::string put = "put 0 0 60 " + std::to_string(job.bytes) + "\r\n" + std::string(job.bytes, 'x') + "\r\n";
    for (std::uint32_t i = 0; i < job.batch; ++i) {
      puts_ += put;
      reserves_ += "reserve\r\n";
    }
  }
  ~BeanstalkConnection() override { ::close(socket_); }

  void send() override {
    write_while_reading(puts_, job_.batch, [this] { return take_line().starts_with("INSERTED "); });
  }

  void receive() override {
    deletes_.clear();
    write_while_reading(reserves_, job_.batch, [this] {
      const std::string line(take_line());
      if (!line.starts_with("RESERVED ")) return false;
      const auto space = line.find(' ', 9);
      deletes_.append("delete ").append(line, 9, space - 9).append("\r\n");
      return line.substr(space + 1) == std::to_string(job_.bytes) && skip_body();
    });
    write_while_reading(deletes_, job_.batch, [this] { return take_line() == "DELETED"; });
  }

 private:
  /// Sends `text` and reads `replies` replies. A pipeline longer than the sockets' buffers is no problem: the server answers
  /// into its own, and ours is read when all is sent.
  template <typename Reply>
  void write_while_reading(std::string_view text, std::uint32_t replies, Reply&& reply) {
    while (!text.empty()) {
      const ssize_t sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) throw Broken("beanstalkd: the connection broke");
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    for (std::uint32_t i = 0; i < replies; ++i) {
      if (!reply()) throw Broken("beanstalkd: an unexpected reply");
    }
  }

  void fill() {
    if (begin_ != 0) {
      std::memmove(received_.data(), received_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    const ssize_t got = ::recv(socket_, received_.data() + end_, received_.size() - end_, 0);
    if (got <= 0) throw Broken("beanstalkd: the connection broke");
    end_ += static_cast<std::size_t>(got);
  }

  std::string_view take_line() {
    while (true) {
      const std::string_view text(received_.data() + begin_, end_ - begin_);
      const auto end = text.find("\r\n");
      if (end != std::string_view::npos) {
        begin_ += end + 2;
        return text.substr(0, end);
      }
      fill();
    }
  }

  bool skip_body() {
    std::size_t left = job_.bytes + 2;
    while (left > 0) {
      if (begin_ == end_) fill();
      const std::size_t step = std::min(left, end_ - begin_);
      begin_ += step;
      left -= step;
    }
    return true;
  }

  const Job& job_;
  int socket_;
  std::string puts_;
  std::string reserves_;
  std::string deletes_;
  std::vector<char> received_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

/// It keeps no state between runs that could be emptied in one command: every run has a server of its own.
class Beanstalkd final : public Peer {
 public:
  explicit Beanstalkd(const Job& job) : job_(job) {}
  void prepare() override {}
  std::unique_ptr<Connection> connect() override { return std::make_unique<BeanstalkConnection>(job_); }

 private:
  const Job& job_;
};

}  // namespace

std::unique_ptr<Peer> make_beanstalkd(const Job& job) { return std::make_unique<Beanstalkd>(job); }

}  // namespace wingmq::peers

#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/message_io.h"
#include "operations/findings.h"
#include "operations/params.h"
#include "wingmq/buffer.h"

namespace wingmq::net {

/// A request in the making, and what reading it brings to light.
struct CallFixture {
  MemoryBudget budget{1 << 30};
  BufferPool pool{budget};
  std::deque<std::string> texts;
  Request request;
  Findings findings;

  CallFixture& header(std::string name, std::string value) {
    request.headers.push_back({texts.emplace_back(std::move(name)), texts.emplace_back(std::move(value))});
    return *this;
  }
  CallFixture& target(std::string text) {
    request.target = texts.emplace_back(std::move(text));
    return *this;
  }
  CallFixture& body(std::string_view text) {
    request.body = pool.copy(text);
    return *this;
  }
  CallFixture& form(std::string_view text) { return header("Content-Type", "application/x-www-form-urlencoded").body(text); }

  [[nodiscard]] Fields get() { return locate_parameters(request, Method::kGet, findings); }
  [[nodiscard]] Fields post() { return locate_parameters(request, Method::kPost, findings); }

  /// The fault found, nullopt when there is none.
  [[nodiscard]] std::optional<Fault> fault() const {
    return findings.refusal() ? std::optional(findings.refusal()->fault) : std::nullopt;
  }
  [[nodiscard]] std::string named() const { return findings.refusal() ? findings.refusal()->name : ""; }
};

}  // namespace wingmq::net

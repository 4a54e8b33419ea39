#include "access/digest_queue.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace wingmq::net {
namespace {

/// Of each text in a slice: 64 KB, a tenth of a millisecond.
constexpr std::size_t kSliceBlocks = 1024;

}  // namespace

void DigestQueue::add(Md5Text& text, std::function<void()> done) {
  jobs_.push_back({&text, std::move(done)});
  run_soon();
}

void DigestQueue::remove(const Md5Text& text) noexcept {
  std::erase_if(jobs_, [&text](const Job& job) { return job.text == &text; });
}

void DigestQueue::run_soon() {
  if (std::exchange(running_, true)) return;
  memory_.post(context_, [this] {
    running_ = false;
    run_slice();
  });
}

void DigestQueue::run_slice() {
  std::array<Md5Text*, kMd5LanesMax> texts{};
  const std::size_t count = std::min(jobs_.size(), texts.size());
  std::transform(jobs_.begin(), jobs_.begin() + static_cast<std::ptrdiff_t>(count), texts.begin(),
                 [](const Job& job) { return job.text; });
  advance(std::span(texts).first(count), kSliceBlocks);
  std::erase_if(jobs_, [](const Job& job) {
    const bool done = job.text->done();
    if (done) job.done();
    return done;
  });
  if (!jobs_.empty()) run_soon();
}

}  // namespace wingmq::net

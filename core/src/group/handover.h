#pragma once

#include "group/group.h"

namespace wingmq {

/// What a call did is told when it is over, under the group's lock: what was noted to the observer, so that nobody is told of a later call
/// first, and the counts to who waits for them.
class Group::Handover {
 public:
  Handover(Group& group, Effects& effects) noexcept : group_(group), effects_(effects) {}
  Handover(const Handover&) = delete;
  Handover& operator=(const Handover&) = delete;
  ~Handover() WINGMQ_TSA(no_thread_safety_analysis) {
    if (group_.changes_.size() != 0) group_.environment_.observer->on_changes(group_.id_, group_.life_, group_.changes_.take());
    if (group_.shards_->watches->active() && !group_.closed_) group_.shards_->watches->judge(group_.id_, group_.counted(group_.state_.main.counts(*group_.shards_)), effects_);
  }

 private:
  Group& group_;
  Effects& effects_;
};

}  // namespace wingmq

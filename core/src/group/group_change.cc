#include "wingmq/group_change.h"

#include <utility>

#include "group/change_coding.h"

namespace wingmq {
namespace {

constexpr std::size_t kPlaceBytesMin = 4;
constexpr std::size_t kStretchBytesMin = 3;
constexpr std::size_t kRunBytesMin = kStretchBytesMin + 4;
constexpr std::size_t kFateBytesMin = 3;

void put(std::string& out, const LeaseOpened& opened) {
  put_number(out, opened.slot);
  put_number(out, opened.secret);
  put_number(out, static_cast<std::uint64_t>(opened.span.count()));
  put_runs(out, opened.runs);
  put_places(out, opened.places);
}

void put(std::string& out, const Confirmed& confirmed) {
  put_number(out, confirmed.slot);
  put_number(out, confirmed.messages);
}

void put(std::string& out, const LeaseEnded& ended) {
  put_number(out, ended.slot);
  put_number(out, static_cast<std::uint64_t>(ended.cause));
  put_number(out, ended.fates.size());
  for (const Fate& fate : ended.fates) {
    put_number(out, fate.index);
    put_number(out, fate.count);
    put_number(out, static_cast<std::uint64_t>(fate.kind));
  }
}

void put(std::string& out, const TagRuleFixed& fixed) {
  put_rule(out, fixed.rule);
  put_number(out, fixed.dropped.size());
  for (const Stretch& each : fixed.dropped) put_stretch(out, each);
}

void put(std::string& out, const PlacesMoved& moved) { put_places(out, moved.places); }
void put(std::string& out, const GroupReset& reset) { put_places(out, reset.places); }
void put(std::string& out, const Redriven& redriven) { put_runs(out, redriven.runs); }

void put(std::string& out, const Duplicated& duplicated) { put_number(out, duplicated.slot); }

LeaseOpened get_opened(ByteReader& in) {
  LeaseOpened opened;
  opened.slot = in.number_as<std::uint32_t>();
  opened.secret = in.number();
  opened.span = get_span(in);
  opened.runs = get_runs(in);
  opened.places = get_places(in);
  return opened;
}

Confirmed get_confirmed(ByteReader& in) {
  Confirmed confirmed;
  confirmed.slot = in.number_as<std::uint32_t>();
  confirmed.messages = in.number_as<std::uint32_t>();
  return confirmed;
}

LeaseEnded get_ended(ByteReader& in) {
  LeaseEnded ended;
  ended.slot = in.number_as<std::uint32_t>();
  ended.cause = static_cast<LeaseEnded::Cause>(in.number(static_cast<std::uint64_t>(LeaseEnded::Cause::kGivenBack)));
  ended.fates.resize(in.count(kFateBytesMin));
  for (Fate& fate : ended.fates) {
    fate.index = in.number_as<std::uint32_t>();
    fate.count = in.number_as<std::uint32_t>();
    fate.kind = static_cast<Fate::Kind>(in.number(static_cast<std::uint64_t>(Fate::Kind::kDied)));
  }
  return ended;
}

TagRuleFixed get_fixed(ByteReader& in) {
  TagRuleFixed fixed;
  fixed.rule = get_rule(in);
  fixed.dropped.resize(in.count(kStretchBytesMin));
  for (Stretch& each : fixed.dropped) each = get_stretch(in);
  return fixed;
}

}  // namespace

void put_time(std::string& out, Time time) { put_number(out, static_cast<std::uint64_t>(time.time_since_epoch().count())); }

Time get_time(ByteReader& in) { return Time(get_span(in)); }
Millis get_span(ByteReader& in) { return Millis(static_cast<Millis::rep>(in.number(kMillisMax))); }

void put_rule(std::string& out, const TagRule& rule) {
  put_number(out, static_cast<std::uint64_t>(rule.match()));
  put_number(out, rule.tags().size());
  for (const std::string& tag : rule.tags()) put_text(out, tag);
}

TagRule get_rule(ByteReader& in) {
  const auto match = static_cast<TagMatch>(in.number(static_cast<std::uint64_t>(TagMatch::kAll)));
  std::vector<std::string> tags(in.count(1));
  for (std::string& tag : tags) tag = in.text();
  const std::vector<std::string> given = tags;
  TagRule rule(std::move(tags), match);
  if (rule.tags() != given || rule.match() != match) in.fail("a tag rule is not written in order");
  return rule;
}

void put_places(std::string& out, const std::vector<PlaceOf>& places) {
  put_number(out, places.size());
  for (const PlaceOf& place : places) {
    put_number(out, place.partition.value);
    put_number(out, place.entry);
    put_number(out, place.index);
    put_number(out, place.offset.value);
  }
}

std::vector<PlaceOf> get_places(ByteReader& in) {
  std::vector<PlaceOf> places(in.count(kPlaceBytesMin));
  for (PlaceOf& place : places) {
    place.partition.value = in.number_as<std::uint32_t>();
    place.entry = in.number(kOffsetMax);
    place.index = in.number_as<std::uint32_t>();
    place.offset.value = in.number(kOffsetMax);
  }
  return places;
}

void put_stretch(std::string& out, const Stretch& stretch) {
  put_number(out, stretch.partition.value);
  put_number(out, stretch.offset.value);
  put_number(out, stretch.count);
}

Stretch get_stretch(ByteReader& in) {
  Stretch stretch;
  stretch.partition.value = in.number_as<std::uint32_t>();
  stretch.offset.value = in.number(kOffsetMax);
  stretch.count = in.number_as<std::uint32_t>();
  return stretch;
}

void put_runs(std::string& out, const std::vector<LeasedRun>& runs) {
  put_number(out, runs.size());
  for (const LeasedRun& run : runs) {
    put_stretch(out, run);
    put_number(out, run.failures);
    put_time(out, run.expires);
    put_number(out, run.origin_partition.value);
    put_number(out, run.origin.value);
  }
}

std::vector<LeasedRun> get_runs(ByteReader& in) {
  std::vector<LeasedRun> runs(in.count(kRunBytesMin));
  for (LeasedRun& run : runs) {
    static_cast<Stretch&>(run) = get_stretch(in);
    run.failures = in.number_as<std::uint32_t>();
    run.expires = get_time(in);
    run.origin_partition.value = in.number_as<std::uint32_t>();
    run.origin.value = in.number();
  }
  return runs;
}

void GroupChange::encode(std::string& out) const {
  put_number(out, what.index() << 1 | static_cast<std::uint64_t>(stream));
  put_time(out, at);
  std::visit([&out](const auto& each) { put(out, each); }, what);
}

std::expected<GroupChange, std::string> GroupChange::decode(std::string_view& bytes) {
  ByteReader in(bytes);
  GroupChange change;
  const std::uint64_t type = in.number();
  change.stream = static_cast<Stream>(type & 1);
  change.at = get_time(in);
  switch (type >> 1) {
    case 0: change.what = get_opened(in); break;
    case 1: change.what = get_confirmed(in); break;
    case 2: change.what = get_ended(in); break;
    case 3: change.what = get_fixed(in); break;
    case 4: change.what = PlacesMoved{get_places(in)}; break;
    case 5: change.what = GroupReset{get_places(in)}; break;
    case 6: change.what = Redriven{get_runs(in)}; break;
    case 7: change.what = Duplicated{in.number_as<std::uint32_t>()}; break;
    default: in.fail("there is no change of this type");
  }
  if (!in.fault().empty()) return std::unexpected(std::string(in.fault()));
  bytes = in.rest();
  return change;
}

}  // namespace wingmq

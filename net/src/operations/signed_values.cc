#include "operations/signed_values.h"

#include <algorithm>
#include <utility>

#include "operations/custom_info.h"
#include "operations/params.h"
#include "text/text.h"

namespace wingmq::net {
namespace {

/// The documented name that a parameter goes by; empty: it is none of the call's parameters.
std::string_view canonical(std::string_view name, Given::Form form, const SignedOperation& operation) {
  const auto same = [&](std::string_view known) {
    return form == Given::Form::kHeader ? equal_ignoring_case(name, known) : name == known;
  };
  const auto found = std::ranges::find_if(operation.parameters, same);
  if (found != operation.parameters.end()) return *found;
  return same(kCustomInfo) ? kCustomInfo : std::string_view();
}

SignedValue signed_value(std::string_view name, const Given& given, Findings& findings) {
  switch (given.form) {
    case Given::Form::kField: return {name, given.text, given.text};
    case Given::Form::kHeader: {
      auto decoded = percent_decoded(given.text, Plus::kStays);
      return {name, given.text, decoded ? findings.keep(std::move(*decoded)) : given.text};
    }
    case Given::Form::kJson: break;
  }
  const bool text = given.value.kind == json::Kind::kString;
  const auto value = !text                  ? given.value.raw
                     : given.value.escapes ? findings.keep(json::decode(given.value))
                                           : given.value.inner();
  return {name, value, value};
}

std::vector<SignedValue> signed_values(const Fields& fields, const SignedOperation& operation) {
  std::vector<SignedValue> values;
  fields.for_each([&](std::string_view name, const Given& given) {
    const auto known = canonical(name, given.form, operation);
    if (!known.empty()) values.push_back(signed_value(known, given, fields.findings()));
  });
  return values;
}

}  // namespace

SignedValues read_signed_values(const Request& request, const SignedOperation& operation) {
  Findings findings;
  const Fields fields = locate_parameters(request, operation.method, findings);
  SignedValues found{.values = signed_values(fields, operation), .kept = {}, .readable = !findings.refusal()};
  found.kept = findings.take_kept();
  return found;
}

Refusal refusal_of(const AccessRefusal& refusal, const Request& request, const SignedOperation& operation) {
  using enum AccessRefusal::Kind;
  switch (refusal.kind) {
    case kMissingHeader: return {.fault = Fault::kMissing, .name = refusal.header, .given = "HTTP header"};
    case kRepeatedHeader: return {.fault = Fault::kTwice, .name = refusal.header};
    case kBadHeader: return {.fault = Fault::kBadPublicHeader, .name = refusal.header, .given = refusal.needed};
    case kUnknownZone: return {.fault = Fault::kUnknownZone, .name = refusal.header, .given = refusal.needed};
    case kNotUtf8: return {.fault = Fault::kNotUtf8, .name = refusal.header};
    case kUnreadable: {
      Findings findings;
      std::ignore = locate_parameters(request, operation.method, findings);
      if (findings.refusal()) return *findings.refusal();
      break;
    }
    case kSignature: break;
  }
  return {.fault = Fault::kSignature};
}

}  // namespace wingmq::net

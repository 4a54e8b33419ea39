#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "control/admin_calls.h"

namespace wingmq::net {

std::string list_deviations(const Deviations& deviations) {
  boost::json::array list;
  for (std::uint8_t number = 1; number <= kDecisionCount; ++number) {
    list.emplace_back(boost::json::object{
        {"id", decision_id(number)}, {"rule", decision_rule(number)}, {"hits", deviations.hits(number)}});
  }
  return boost::json::serialize(list);
}

}  // namespace wingmq::net

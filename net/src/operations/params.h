#pragma once

#include <string_view>

#include "http/message_io.h"
#include "operations/fields.h"
#include "operations/findings.h"
#include "text/json.h"

namespace wingmq::net {

/// Reads one parameter of a JSON body while the body is being read, so that a large list is gone through once.
class ListReader {
 public:
  /// Reads the value in front of `reader`; false when the reader found a fault.
  [[nodiscard]] virtual bool read(json::Reader& reader) = 0;

 protected:
  ~ListReader() = default;
};

/// A parameter that is a list to be read in passing.
struct StreamedList {
  std::string_view name;
  ListReader* reader = nullptr;
};

/// Finds a call's parameters where API.md 1 puts them: headers for GET, the body for POST (JSON object, or form: D02),
/// customInfo in either (D03). The Fields refer to the request, which must stay where it is. With `streamed`, the named
/// parameter goes to its reader when it is an array in a JSON body; the Fields have it all the same.
[[nodiscard]] Fields locate_parameters(const Request& request, Method method, Findings& findings,
                                       StreamedList streamed = {});

}  // namespace wingmq::net

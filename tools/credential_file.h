#pragma once

#include <string>
#include <vector>

#include "values.h"
#include "wingmq/net/server.h"

namespace wingmq::tools {

/// The credentials of a file: a line each as read_credential() takes it; empty lines and those that begin with # do not
/// count. The error names the file and the line, and never what stands there.
[[nodiscard]] Read<std::vector<net::Credential>> read_credential_file(const std::string& path);

}  // namespace wingmq::tools

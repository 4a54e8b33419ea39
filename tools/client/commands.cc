#include "client/commands.h"

namespace wingmq::tools {

std::vector<std::unique_ptr<Command>> make_client_commands(CLI::App& app) {
  std::vector<std::unique_ptr<Command>> commands;
  for (const auto make : {make_queues_command, make_groups_command, make_peek_command, make_send_command, make_recv_command,
                          make_confirm_command, make_wait_command, make_clock_command, make_fault_command, make_reset_command,
                          make_export_command, make_import_command, make_healthcheck_command}) {
    commands.push_back(make(app));
  }
  return commands;
}

}  // namespace wingmq::tools

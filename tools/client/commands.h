#pragma once

#include <memory>

#include "client/command.h"

namespace wingmq::tools {

// The commands, each in the file of its name.

[[nodiscard]] std::unique_ptr<Command> make_queues_command(CLI::App& app);
[[nodiscard]] std::unique_ptr<Command> make_groups_command(CLI::App& app);
[[nodiscard]] std::unique_ptr<Command> make_peek_command(CLI::App& app);
[[nodiscard]] std::unique_ptr<Command> make_send_command(CLI::App& app);
[[nodiscard]] std::unique_ptr<Command> make_recv_command(CLI::App& app);
[[nodiscard]] std::unique_ptr<Command> make_confirm_command(CLI::App& app);
[[nodiscard]] std::unique_ptr<Command> make_wait_command(CLI::App& app);
[[nodiscard]] std::unique_ptr<Command> make_clock_command(CLI::App& app);
[[nodiscard]] std::unique_ptr<Command> make_fault_command(CLI::App& app);
[[nodiscard]] std::unique_ptr<Command> make_reset_command(CLI::App& app);
[[nodiscard]] std::unique_ptr<Command> make_export_command(CLI::App& app);
[[nodiscard]] std::unique_ptr<Command> make_import_command(CLI::App& app);
[[nodiscard]] std::unique_ptr<Command> make_healthcheck_command(CLI::App& app);

}  // namespace wingmq::tools

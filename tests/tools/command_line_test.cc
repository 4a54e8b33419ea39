#include "command_line.h"

#include <gtest/gtest.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <string>
#include <vector>

namespace wingmq::tools {
namespace {

/// A program of two commands, and what it says to a command line.
std::string said(std::vector<std::string> words) {
  CLI::App app("", "prog");
  app.require_subcommand(0, 1)->allow_extras();
  std::vector<std::string> values;
  CLI::App* serve = app.add_subcommand("serve");
  serve->allow_extras()->add_option("--listen", values)->expected(1)->option_text("ADDR ...");
  app.add_subcommand("call")->allow_extras();
  std::ranges::reverse(words);
  try {
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    return describe(error, *app.get_subcommands().front());
  }
  return app.remaining().empty() ? describe_unknown(*app.get_subcommands().front()) : describe_unknown_command(app);
}

TEST(CommandLineTest, ASlipOfTheHandIsRecognised) {
  EXPECT_EQ(said({"serve", "--lisen", "x"}), "`--lisen` is not an option; did you mean `--listen`?");
  EXPECT_EQ(said({"call", "--hlep"}), "`--hlep` is not an option; did you mean `--help`?");
  EXPECT_EQ(said({"--hlep"}), "`--hlep` is not an option; did you mean `--help`?");
  EXPECT_EQ(said({"server"}), "`server` is no command; did you mean `serve`?");
}

TEST(CommandLineTest, WhatLooksLikeNothingLeadsToTheList) {
  EXPECT_EQ(said({"serve", "--colour"}), "`--colour` is not an option; `prog serve --help` lists them");
  EXPECT_EQ(said({"serve", "stray"}), "`stray` belongs to no option; `prog serve --help` lists them");
  EXPECT_EQ(said({"dance"}), "`dance` is no command; there are serve, call");
  EXPECT_EQ(said({"--colour"}), "`--colour` is not an option; `prog --help` lists them");
}

TEST(CommandLineTest, AnUnknownCommandIsFoundBeforeItsOptionsAre) {
  CLI::App app("", "prog");
  app.add_subcommand("serve");
  EXPECT_EQ(find_unknown_command(app, {"serv", "--help"}), "`serv` is no command; did you mean `serve`?");
  EXPECT_EQ(find_unknown_command(app, {"serve", "x"}), std::nullopt);
  EXPECT_EQ(find_unknown_command(app, {"--help"}), std::nullopt);
  EXPECT_EQ(find_unknown_command(app, {}), std::nullopt);
}

TEST(CommandLineTest, AnOptionOfACommandMustFollowIt) {
  EXPECT_EQ(said({"--listen", "x"}), "`--listen` must follow a command: prog serve --listen …");
}

TEST(CommandLineTest, AMissingValueIsNamedByItsPlaceholder) {
  EXPECT_EQ(said({"serve", "--listen"}), "--listen: a value is missing; needed is --listen ADDR");
}

TEST(CommandLineTest, AValueIsNeverShown) {
  EXPECT_EQ(said({"serve", "--secret=hunter2"}), "`--secret` is not an option; `prog serve --help` lists them");
  EXPECT_EQ(said({"--secret=hunter2"}), "`--secret` is not an option; `prog --help` lists them");
}

}  // namespace
}  // namespace wingmq::tools

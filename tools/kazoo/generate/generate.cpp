// SPDX-License-Identifier: Apache-2.0
#include "generate/generate.hpp"

#include "cli/exit_code.hpp"
#include "cli/grammar.hpp"
#include "cli/session.hpp"

#include <CLI/CLI.hpp>

#include <fstream>
#include <memory>
#include <optional>

namespace tool {
namespace {

std::string generated(const std::string& kind, const CLI::App& app, const Grammar& grammar) {
    const CommandSyntax tool = syntax_of(app, grammar);
    if (kind == "bash") {
        return bash_completion(tool);
    }
    if (kind == "zsh") {
        return zsh_completion(tool);
    }
    if (kind == "fish") {
        return fish_completion(tool);
    }
    return kind == "man" ? manual_page(tool, app.get_footer()) : json_text(tool);
}

void write_to(const std::optional<std::string>& file, const std::string& text, Output& out) {
    if (!file) {
        out.bytes(text);
        return;
    }
    std::ofstream stream(*file, std::ios::binary);
    stream << text << std::flush;
    if (!stream) {
        throw Failure(ExitCode::failed, "cannot write " + *file);
    }
}

void add_generator(const CLI::App& app, Grammar& grammar) {
    struct Options {
        std::string kind;
        std::optional<std::string> file;
    };
    auto options = std::make_shared<Options>();
    Command command =
        grammar.add("generate", "write a completion for a shell, the manual page, or the syntax");
    command.hide()
        .argument("KIND", options->kind, {"bash", "zsh", "fish", "man", "json"}, "what to write")
        .option("-o,--output", options->file, "FILE to write to");
    command.runs([options, &app, &grammar](Session& session) {
        write_to(options->file, generated(options->kind, app, grammar), session.out());
    });
}

}  // namespace

void add_generate(const CLI::App& app, Grammar& grammar) {
    add_generator(app, grammar);
    add_complete(grammar);
}

}  // namespace tool

// SPDX-License-Identifier: Apache-2.0
#include "ui/ui.hpp"

#include "cli/values.hpp"
#include "commands/commands.hpp"

#include <memory>

namespace tool {
namespace {

struct UiArguments {
    std::optional<std::int64_t> port;
    std::string request_timeout = "10s";
    bool allow_writes = false;
    bool open = false;
};

void serve(Session& session, const UiArguments& arguments) {
    if (session.shell() != nullptr) {
        throw UsageError("the page needs a session of its own: run kazoo ui outside of the shell");
    }
    ui::UiOptions options;
    options.port = static_cast<std::uint16_t>(arguments.port.value_or(0));
    options.allow_writes = arguments.allow_writes;
    options.open_browser = arguments.open;
    options.limits.request_time = parse_time(arguments.request_timeout);
    ui::serve_page(session, options);
}

}  // namespace

void add_ui(Grammar& grammar) {
    auto arguments = std::make_shared<UiArguments>();
    Command command =
        grammar.add("ui", "serve a page to look at the tree in a browser, on the loopback address");
    command.number("-p,--port", arguments->port, "N: the port; default: a free one", 0, 65535)
        .flag("--allow-writes", arguments->allow_writes, "read-only mode may be switched off")
        .flag("--open,!--no-open", arguments->open, "open the page in a browser; default: do not")
        .option(
            "--request-timeout", arguments->request_timeout, "TIME within which a request must come"
        );
    command.runs([arguments](Session& session) { serve(session, *arguments); });
}

}  // namespace tool

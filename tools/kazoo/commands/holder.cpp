// SPDX-License-Identifier: Apache-2.0
#include "commands/holder.hpp"

#include "cli/values.hpp"
#include "output/json.hpp"

#include <unistd.h>

namespace tool {

void add_holder_options(Command& command, HolderOptions& options) {
    command.option("--id", options.identifier, "TEXT that other processes see; default host:pid")
        .option("-w,--wait", options.wait, "TIME to wait; default: no limit")
        .flag("-t,--try", options.no_wait, "do not wait")
        .option("--grace", options.grace, "TIME between SIGTERM and SIGKILL after a loss");
}

std::string identifier(const HolderOptions& options) {
    if (options.identifier) {
        return *options.identifier;
    }
    char host[256] = "";
    ::gethostname(host, sizeof(host) - 1);
    return std::string(host) + ":" + std::to_string(::getpid());
}

std::chrono::milliseconds grace_of(const HolderOptions& options) {
    return parse_time(options.grace);
}

kazoo::CallOptions wait_options(const Session& session, const HolderOptions& options) {
    kazoo::CallOptions call = session.call();
    if (options.wait) {
        call.timeout(parse_time(*options.wait));
    }
    return call;
}

bool run_holding(
    Session& session,
    Guard& guard,
    std::int64_t token,
    const std::string& node,
    const std::stop_token& lost
) {
    const std::string text = std::to_string(token);
    if (session.program().empty()) {
        if (session.out().is_json()) {
            session.out().json({{"path", node}, {"token", token}});
        } else {
            session.out().line(node + " " + text);
        }
        session.out().flush();
    }
    return guard.run(session.program(), {{"KAZOO_TOKEN", text}, {"KAZOO_NODE", node}}, lost);
}

}  // namespace tool

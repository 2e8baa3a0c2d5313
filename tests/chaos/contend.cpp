// SPDX-License-Identifier: Apache-2.0
#include "contend.hpp"

#include "contender.hpp"
#include "contender_report.hpp"
#include "recipe_nodes.hpp"
#include "support/handler_kit.hpp"
#include "support/options.hpp"
#include "support/wait_until.hpp"

#include <kazoo/exceptions.hpp>

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <optional>
#include <string>

namespace kazoo::chaos {
namespace {

using namespace std::chrono_literals;
using testing_support::wait_until;

constexpr auto patience = 40s;

/// Writes a line at once, so that a process that is killed leaves whole lines.
void report(std::string_view word, const std::string& text) {
    const auto line = std::string(word) + " " + text + "\n";
    if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) std::perror("write");
}

/// Returns a node of a recipe that belongs to this session; empty if there is none.
std::string own_node(KazooClient& zk) {
    const auto session = zk.client_id().value().session_id;
    for (const auto& nodes : ContendedRecipes().all()) {
        for (const auto& parent : {nodes.path, nodes.lock_of_leases()}) {
            if (!zk.exists(parent)) continue;
            for (const auto& child : zk.get_children(parent)) {
                auto path = parent + "/" + child;
                const auto stat = zk.exists(path);
                if (stat && stat->ephemeral_owner == session) return path;
            }
        }
    }
    return {};
}

/// Releases and clean-ups that are in progress end before the session does.
void check_left_behind(KazooClient& zk) {
    std::string left = "?";
    wait_until(
        [&] {
            try {
                left = own_node(zk);
            } catch (const KazooException& error) {
                left = error.what();
            }
            return left.empty();
        },
        patience
    );
    if (!left.empty()) report(report_word::fault, "left behind by its own session: " + left);
}

bool run(
    const std::shared_ptr<Handler>& handler, ClientOptions client, Contender::Options options
) {
    sigset_t end;
    ::sigemptyset(&end);
    ::sigaddset(&end, SIGTERM);
    KazooClient zk(client.close_timeout(3s).logger(Logger([](LogLevel, std::string_view) {})
    ).handler(handler));
    Contender contender(zk, options, report);
    zk.start_async();
    contender.start();
    int signal = 0;
    ::sigwait(&end, &signal);
    contender.come_to_rest();
    const bool rests =
        wait_until([&] { return contender.at_rest(); }, Contender::patience + patience);
    if (rests) {
        check_left_behind(zk);
    } else {
        report(report_word::fault, "an acquisition or a hold hangs");
    }
    zk.stop();
    if (!wait_until([&] { return contender.at_rest(); }, patience)) {
        report(report_word::fault, "an acquisition or a hold outlives the end of its client");
        ::_exit(1);  // programs that continue use `contender`
    }
    return rests;
}

}  // namespace

int contend(int argc, const char* const* argv) {
    using namespace testing_support;
    std::string hosts;
    std::string handler;
    int session_timeout_ms = 0;
    Contender::Options options;
    const auto wrong = read_options(
        argc,
        argv,
        {text_option("--hosts", hosts),
         text_option("--handler", handler),
         number_option("--session-timeout", session_timeout_ms),
         number_option("--seed", options.seed),
         flag_option("--careless", options.careless)}
    );
    if (!wrong.empty()) {
        report(report_word::fault, wrong);
        return 2;
    }
    // All threads inherit the mask.
    sigset_t end;
    ::sigemptyset(&end);
    ::sigaddset(&end, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &end, nullptr);
    try {
        const auto kit = handler_kind(handler).make();
        const auto client =
            ClientOptions().hosts(hosts).timeout(std::chrono::milliseconds(session_timeout_ms));
        const bool good = run(kit->handler(), client, options);
        const bool idle = kit->shut_down(patience);
        if (!idle) report(report_word::fault, "its handler still has work");
        return good && idle ? 0 : 1;
    } catch (const std::exception& error) {
        report(report_word::fault, error.what());
        return 1;
    }
}

}  // namespace kazoo::chaos

// SPDX-License-Identifier: Apache-2.0
#include "loaded_ensemble.hpp"

#include "support/handler_kit.hpp"
#include "support/wait_until.hpp"

#include <kazoo/kazoo_retry.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <string_view>

namespace kazoo::ensemble_tests {
namespace {

using namespace std::chrono_literals;
using testing_support::wait_until;

constexpr auto session_timeout = 40s;
/// Kinds of handlers, as far as they are built.
constexpr const char* wanted[] = {"Threading", "Asio", "Fiber", "Threading"};

bool is_built(std::string_view handler) {
    const auto& all = testing_support::handler_kinds();
    return std::any_of(all.begin(), all.end(), [&](const auto& kind) {
        return kind.name == handler;
    });
}

/// The numbers of the sequence nodes that a client has created, in the order of its calls.
std::vector<std::string> sequence_numbers(const std::deque<chaos::Call>& calls) {
    constexpr std::size_t digits = 10;
    std::vector<std::string> numbers;
    for (const auto& call : calls) {
        if (!call.sequence || !call.good()) continue;
        numbers.push_back(call.made_path.substr(call.made_path.size() - digits));
    }
    return numbers;
}

}  // namespace

ClientOptions options_for(const std::string& hosts) {
    return ClientOptions()
        .hosts(hosts)
        .timeout(session_timeout)
        .connection_retry(RetryPolicy().delay(20ms).max_delay(200ms))
        .logger(Logger([](LogLevel, std::string_view) {}));
}

LoadedEnsemble::LoadedEnsemble(std::uint64_t seed) {
    servers_.start();
    chaos::plant(servers_.hosts());
    member_of_tree_ = servers_.wait_follower();
    tree_.emplace(options_for(servers_.hosts(member_of_tree_)).randomize_hosts(false), patience);
    for (const auto* handler : wanted) {
        if (!is_built(handler)) continue;
        chaos::Program::Options program;
        program.number = static_cast<int>(programs_.size());
        program.hosts = servers_.hosts();
        program.handler = handler;
        program.session_timeout = session_timeout;
        program.seed = seed + programs_.size();
        program.pause = 12ms;
        program.keeps_client = true;
        programs_.push_back(std::make_unique<chaos::Program>(program, nullptr, counters_));
    }
}

void LoadedEnsemble::proceed(std::size_t calls) {
    std::vector<std::size_t> before;
    for (const auto& program : programs_) before.push_back(program->good_calls());
    const auto events = tree_->events();
    const bool have_proceeded = wait_until(
        [&] {
            for (std::size_t i = 0; i < programs_.size(); ++i) {
                if (programs_[i]->good_calls() < before[i] + calls) return false;
            }
            return tree_->events() > events;
        },
        patience
    );
    EXPECT_TRUE(have_proceeded) << "a client makes no progress";
}

bool LoadedEnsemble::is_void_ = false;

void LoadedEnsemble::finish() {
    come_to_rest();
    check_tree();
    check_programs();
    end_clients();
    check_logs();
}

void LoadedEnsemble::come_to_rest() {
    using Phase = chaos::Program::Phase;
    for (const auto& program : programs_) program->order(Phase::rest);
    for (const auto& program : programs_) program->await(Phase::rest);
    servers_.wait_leader();
    EXPECT_TRUE(tree_->come_to_rest()) << "the copy of the tree does not become complete";
    servers_.wait_in_sync();
    for (const auto& program : programs_) {
        run_record_.sessions_at_rest[program->session_at_rest()] = program->options().number;
    }
    for (std::size_t i = 0; i < ApacheEnsemble::size; ++i) {
        if (!servers_[i].running()) continue;
        run_record_.served_at_rest.push_back(chaos::read_tree(servers_[i].hosts()));
    }
    for (const auto& program : programs_) program->order(Phase::listen);
    for (const auto& program : programs_) program->await(Phase::listen);
    run_record_.stamp_at_rest = counters_.stamps;
    run_record_.zxid_at_rest = servers_.wait_in_sync();
}

void LoadedEnsemble::check_tree() {
    for (const auto& fault : tree_->faults()) ADD_FAILURE() << "the copy of the tree: " << fault;
    EXPECT_EQ(tree_->client().client_id().value().session_id, tree_->session());
    for (const auto& served : run_record_.served_at_rest) {
        std::map<std::string, std::string> data;
        for (const auto& [path, node] : served.nodes) data[path] = node.data;
        EXPECT_EQ(tree_->copy(), data) << "the copy of the tree, and that of " << served.server;
        const auto own = served.nodes.find(WatchedTree::ephemeral());
        ASSERT_NE(own, served.nodes.end()) << "the ephemeral node is gone";
        EXPECT_EQ(own->second.stat.ephemeral_owner, tree_->session());
    }
    run_record_.watch_reports.push_back(tree_->report());
}

void LoadedEnsemble::check_programs() {
    for (const auto& program : programs_) {
        for (const auto& fault : program->faults()) ADD_FAILURE() << fault;
        auto& client_log = program->client_log();
        EXPECT_EQ(client_log.lost_sessions(), 0U);
        EXPECT_EQ(client_log.sessions().size(), 1U) << "a session was replaced";
        const auto numbers = sequence_numbers(client_log.calls());
        EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end()))
            << "a client's sequence nodes are not in the order of its calls";
    }
}

void LoadedEnsemble::end_clients() {
    for (const auto& program : programs_) program->order(chaos::Program::Phase::end);
    for (const auto& program : programs_) program->await(chaos::Program::Phase::end);
    tree_->client().stop();
    servers_.wait_in_sync();
}

void LoadedEnsemble::check_logs() {
    run_record_.committed_log = servers_.end();
    if (const auto lost = run_record_.committed_log.forgotten.size(); lost != 0) {
        std::cout << "void: the servers have lost " << lost << " transactions of a quorum\n";
        is_void_ = true;
        return;
    }
    for (const auto& program : programs_) {
        run_record_.client_logs.push_back(&program->client_log());
    }
    const auto run_verdict = chaos::check_run(run_record_);
    for (const auto& fault : run_verdict.verdict.faults()) ADD_FAILURE() << fault;
    print_figures(run_verdict.writes);
}

void LoadedEnsemble::print_figures(std::size_t changes) {
    std::map<std::string, std::size_t> endings;
    for (auto* client_log : run_record_.client_logs) {
        for (const auto& call : client_log->calls()) {
            ++endings[call.good() ? "successful" : to_string(call.outcome)];
        }
    }
    std::cout << "changes of nodes: " << changes << ", events: " << tree_->events()
              << ", gaps: " << tree_->gaps();
    for (const auto& [ending, count] : endings) std::cout << ", " << ending << ": " << count;
    std::cout << std::endl;
}

}  // namespace kazoo::ensemble_tests

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/kazoo.hpp>

#include <iostream>
#include <string>
#include <utility>

/// The application that the examples of the test harness test: announces a member by an ephemeral
/// node, and again in each new session, because the node ends with its session. The client must
/// outlive it.
class Membership {
public:
    Membership(kazoo::KazooClient& zk, std::string path) : zk_(zk), path_(std::move(path)) {
        const auto announce_in_new_sessions = [this](const kazoo::StateChange& change) {
            if (change.new_session) announce();
        };
        listener_ = zk_.add_listener(announce_in_new_sessions, kazoo::ListenFrom::current_state);
    }
    Membership(const Membership&) = delete;
    Membership& operator=(const Membership&) = delete;
    ~Membership() { zk_.remove_listener_and_wait(listener_); }

private:
    void announce() {
        const auto node = kazoo::CreateOptions().ephemeral().makepath();
        zk_.create_async(path_, "alive", node).rawlink([](const auto& created) {
            if (!created.successful()) std::cerr << created.result().failure() << '\n';
        });
    }

    kazoo::KazooClient& zk_;
    const std::string path_;
    kazoo::ListenerId listener_ = 0;
};

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "member.hpp"
#include "support/server_status.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kazoo::chaos {

using testing_support::ServerStatus;

/// Three servers, and their status as queried by an observer that no disturbance affects.
class Ensemble {
public:
    static constexpr int size = 3;

    /// `machines`: one for each server, none of which is the observer's.
    Ensemble(const std::vector<const Machine*>& machines, const Machine& observer);

    [[nodiscard]] Member& operator[](std::size_t member) { return *members_[member]; }
    [[nodiscard]] const std::vector<std::unique_ptr<Member>>& members() const { return members_; }
    /// A hosts string for clients with all servers.
    [[nodiscard]] std::string hosts() const;

    void start();
    [[nodiscard]] std::optional<std::size_t> leader();
    /// Waits until all servers serve requests.
    [[nodiscard]] bool wait_serving(std::chrono::milliseconds limit);
    /// Waits until all servers serve requests and have the same last transaction; returns its zxid,
    /// or nullopt at the limit. A new leader counts its election as a transaction, so at least one
    /// transaction has to follow it.
    [[nodiscard]] std::optional<std::int64_t> wait_in_sync(std::chrono::milliseconds limit);

private:
    [[nodiscard]] ServerStatus status(std::size_t member);
    [[nodiscard]] std::vector<ServerStatus> status_of_all();

    const Machine& observer_;
    std::vector<std::unique_ptr<Member>> members_;
};

}  // namespace kazoo::chaos

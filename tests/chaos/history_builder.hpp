// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/chronicle.hpp"
#include "history/verdict.hpp"
#include "log_reader.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace kazoo::chaos {

using namespace history;

/// Builds a chronicle from the servers' transaction logs.
class HistoryBuilder {
public:
    /// `clients` maps sessions to clients. Transactions of other sessions get Author::nobody.
    HistoryBuilder(Chronicle& chronicle, Verdict& verdict, std::map<std::int64_t, int> clients)
        : chronicle_(chronicle), verdict_(verdict), clients_(std::move(clients)) {}

    /// Adds the next transaction; call in the order of their zxids.
    void add(const LoggedTransaction& transaction);

    [[nodiscard]] const std::set<std::int64_t>& living_sessions() const { return living_; }
    /// Number of sessions that were closed or have expired.
    [[nodiscard]] std::size_t ended_sessions() const noexcept { return ended_; }

private:
    void apply(Write write, std::int32_t type, const std::string& record);
    void apply_all(const Write& write, const std::string& record);
    void create(Write& write, const std::string& record);
    void set(Write& write, const std::string& record);
    void remove(Write& write, const std::string& path);
    void end_session(Write& write);

    Chronicle& chronicle_;
    Verdict& verdict_;
    const std::map<std::int64_t, int> clients_;
    std::set<std::int64_t> living_;
    std::size_t ended_ = 0;
    std::map<std::int64_t, std::set<std::string>> ephemerals_;  // by session
    std::map<std::string, std::int64_t> owners_;
};

}  // namespace kazoo::chaos

#pragma once

#include "member.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kazoo::chaos {

/// Three servers, and what an observer, whom nothing disturbs, sees of them.
class Ensemble {
public:
    static constexpr int size = 3;

    /// `machines`: one for each server; `observer` is another.
    Ensemble(const std::vector<const Machine*>& machines, const Machine& observer);

    [[nodiscard]] Member& operator[](std::size_t member) { return *members_[member]; }
    [[nodiscard]] const std::vector<std::unique_ptr<Member>>& members() const { return members_; }
    /// For clients: all servers.
    [[nodiscard]] std::string hosts() const;

    void start();
    [[nodiscard]] std::optional<std::size_t> leader();
    /// Waits until all serve.
    [[nodiscard]] bool wait_serving(std::chrono::milliseconds limit);
    /// Waits until all serve and have the same last transaction: its zxid, or nothing. A leader
    /// counts its election as one, so that there has to be one after it.
    [[nodiscard]] std::optional<std::int64_t> wait_in_sync(std::chrono::milliseconds limit);

private:
    struct Status {
        std::string mode;  ///< nothing: it does not serve
        std::int64_t zxid = 0;
    };
    [[nodiscard]] Status status(std::size_t member);
    [[nodiscard]] std::vector<Status> status_of_all();

    const Machine& observer_;
    std::vector<std::unique_ptr<Member>> members_;
};

}  // namespace kazoo::chaos

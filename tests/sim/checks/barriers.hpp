// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checks/recipe_check.hpp"
#include "history/verdict.hpp"

#include <cstdint>
#include <string>

namespace kazoo::sim {

/// Compares what the members of DoubleBarriers receive with the nodes that the servers have: a
/// member enters when enough of them have been there, and leaves when the others have gone.
class BarrierCheck final : public RecipeCheck {
public:
    BarrierCheck(Verdict& verdict, const Chronicle& chronicle, const std::string& chroot)
        : verdict_(verdict), chronicle_(chronicle), root_(chroot + "/b") {}

    /// How many members a barrier has.
    static constexpr int members = 2;

    /// `path`: of the barrier, on the servers. `begun`: the last zxid before the call.
    void on_entered(int client, const std::string& path, std::int64_t begun);
    /// Only with a single server, whose reads are never old.
    void on_left(int client, const std::string& path, std::int64_t begun);
    [[nodiscard]] std::int64_t zxid() const noexcept { return chronicle_.zxid(); }

    [[nodiscard]] bool covers(std::string_view path) const override {
        return path == root_ || path.starts_with(root_ + "/");
    }
    void at_rest() override;
    void at_end() override {}

private:
    void fail(int client, const std::string& path, const std::string& what);

    Verdict& verdict_;
    const Chronicle& chronicle_;
    const std::string root_;
};

}  // namespace kazoo::sim

#pragma once

#include "script.hpp"
#include "server/profile.hpp"

#include <string_view>
#include <vector>

namespace kazoo::differential {

/// Something in which the embedded server differs from Apache ZooKeeper on purpose, or which no
/// server promises.
struct Deliberate {
    std::string_view name;
    std::string_view reason;
    /// Steps that would show it: scripts hold none. Null: it is masked where replies are read.
    bool (*shown_by)(const Step& step, const server::Profile& profile) = nullptr;
};

/// All of them.
[[nodiscard]] const std::vector<Deliberate>& deliberate();

/// Whether a step would show one of them, beside an Apache of this release.
[[nodiscard]] bool shows_deliberate(const Step& step, const server::Profile& profile);

}  // namespace kazoo::differential

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe_fixture.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

namespace kazoo::recipe_tests {

/// Locks on "/lock". Objects of recipes are local variables of the tests.
class LockTest : public RecipeTest {
protected:
    /// The names of all children of the lock, whatever they are.
    std::vector<std::string> nodes() {
        try {
            return other().get_children("/lock");
        } catch (const NoNodeError&) {
            return {};
        }
    }
    [[nodiscard]] bool becomes_count(std::size_t count) {
        return wait_until([&] { return nodes().size() == count; }, patience);
    }
    /// Creates a node that other locks wait for, as another process would. Returns its path.
    std::string block(const std::string& name = "0123456789abcdef0123456789abcdef__lock__") {
        const auto options = CreateOptions().ephemeral().sequence().makepath();
        return other().create("/lock/" + name, "other", options);
    }
    /// Waits until `result` cannot proceed because it waits for its turn: the lock has `count`
    /// nodes, and the client no request under way.
    template <class T>
    [[nodiscard]] bool waits(const AsyncResult<T>& result, std::size_t count) {
        return becomes_count(count) &&
               wait_until(
                   [&] {
                       const auto metrics = zk().metrics();
                       return metrics.watches_registered > 0 && metrics.requests_queued == 0 &&
                              metrics.requests_in_flight == 0;
                   },
                   patience
               ) &&
               !result.ready();
    }
    Fault of_zk(Fault fault) { return fault.session(session()); }
    [[nodiscard]] std::int64_t session() { return zk().client_id().value().session_id; }
};

inline CallOptions within(AnyDuration timeout) {
    return CallOptions().timeout(timeout);
}

/// Waits for a handle; fails the test if there is none.
inline LockHandle take(AsyncResult<LockHandle> result) {
    if (!result.wait(patience)) {
        ADD_FAILURE() << "the lock is not acquired";
        return {};
    }
    return std::move(result).get();
}

/// Returns the code with which a result that cannot be copied fails; none if it succeeds.
template <class T>
std::error_code code_of(const AsyncResult<T>& result) {
    if (!result.wait(patience)) {
        ADD_FAILURE() << "the result does not become ready";
        return {};
    }
    return result.successful() ? std::error_code() : error_from(result.exception()).code();
}

}  // namespace kazoo::recipe_tests

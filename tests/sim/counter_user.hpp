// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checks/counters.hpp"
#include "recipe_user.hpp"

#include <kazoo/recipes/counter.hpp>

#include <memory>
#include <string>

namespace kazoo::sim {

/// Says to the check which nodes the counters are.
void register_counters(CounterCheck& check);

/// The use of counters by one program: with integers and halves, with and without markers. All
/// programs use the same counters.
class CounterUser final : public RecipeUser {
public:
    CounterUser(SimClient& client, CounterCheck& check) : RecipeUser(client), check_(check) {}
    ~CounterUser() override;

private:
    struct Objects;
    using ObjectsPtr = std::shared_ptr<Objects>;

    void one() override;
    /// Adds to a counter, or replaces the value that it has read. `counter` is one of `all`.
    template <class Number>
    AsyncResult<void> change(
        ObjectsPtr all, const BasicCounter<Number>& counter, std::string path, bool marked
    );
    template <class Number>
    AsyncResult<CounterChange<Number>> replace(
        ObjectsPtr all, const BasicCounter<Number>& counter, Number delta, AttemptPtr attempt
    );
    void on_failed(const Attempt& attempt, const Error& error, bool marked);
    /// Adds to a counter as programs without the recipe may do, with one of the defects.
    AsyncResult<void> add_badly(std::string path);
    [[nodiscard]] CounterCall& begin(const std::string& path);

    CounterCheck& check_;
    ObjectsPtr counters_;
};

}  // namespace kazoo::sim

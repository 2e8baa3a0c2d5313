// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checks/recipe_check.hpp"
#include "history/verdict.hpp"

#include <kazoo/errors.hpp>
#include <kazoo/recipes/shared_value.hpp>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace kazoo::sim {

/// A call that sets a shared value to data that no other call has.
struct ValueCall {
    int client = 0;
    std::string data;
    std::int64_t expected = 0;  ///< mzxid of the value that it may replace; 0: any
    TimePoint begun;
    TimePoint ended;
    bool over = false;
    std::optional<Error> error;
    std::optional<VersionedValue> value;  ///< the new one, unless it has failed or was refused
};

/// What a listener of a shared value has been told.
struct ValueView {
    std::string who;  ///< for messages
    std::int64_t mzxid = 0;
    bool ended = false;
};

/// Compares what the users of a SharedValue receive with the values that the servers have had:
/// each call sets it once if it has succeeded, at most once if its outcome is unknown, else never;
/// one that expects a value replaces that one only. Listeners receive newer values, and the last.
class ValueCheck final : public RecipeCheck {
public:
    ValueCheck(Verdict& verdict, const Chronicle& chronicle, const std::string& chroot)
        : verdict_(verdict), chronicle_(chronicle), path_(chroot + "/v") {}

    /// Records a call that is made right away.
    ValueCall& begin(int client, std::int64_t expected, TimePoint now);
    void on_value(ValueView& view, const VersionedValue& value);
    /// Long after the last change.
    void check_last(const ValueView& view);

    [[nodiscard]] bool covers(std::string_view path) const override { return path == path_; }
    void at_end() override;

private:
    void check_call(const ValueCall& call);
    void check_applied(const ValueCall& call, const Write& write);
    [[nodiscard]] bool was(const VersionedValue& value) const;
    void fail(const ValueCall& call, const std::string& what);

    Verdict& verdict_;
    const Chronicle& chronicle_;
    const std::string path_;
    std::deque<ValueCall> calls_;
};

}  // namespace kazoo::sim

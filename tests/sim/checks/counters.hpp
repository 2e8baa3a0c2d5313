// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checks/recipe_check.hpp"
#include "history/verdict.hpp"

#include <kazoo/errors.hpp>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::sim {

/// A change of a counter by a number that no other change of the run has. Halves are counted: twice
/// the value of a DoubleCounter.
struct CounterCall {
    int client = 0;
    std::string path;
    std::int64_t delta = 0;
    TimePoint begun;
    TimePoint ended;
    bool over = false;
    std::optional<Error> error;
    bool changed = false;  ///< without an error; false: the expected value was not there
    std::int64_t before = 0;
    std::int64_t after = 0;
    std::int32_t version = 0;
};

/// Compares the changes of counters with the values that the servers have had: each change is
/// applied once if it has succeeded, at most once if its outcome is unknown, else never, and
/// nothing else changes a counter.
class CounterCheck final : public RecipeCheck {
public:
    CounterCheck(Verdict& verdict, const Chronicle& chronicle, const std::string& chroot)
        : verdict_(verdict), chronicle_(chronicle), root_(chroot + "/n") {}

    /// How the number is stored.
    enum class Format { text, halves, eight_bytes };
    /// `name`: of the node, below the parent of all counters.
    void add(const std::string& name, Format format) {
        counters_.emplace_back(root_ + "/" + name, format);
    }
    /// Records a change that is made right away, and chooses its number.
    CounterCall& begin(int client, const std::string& path, TimePoint now);

    [[nodiscard]] bool covers(std::string_view path) const override {
        return path == root_ || path.starts_with(root_ + "/");
    }
    void at_end() override;

private:
    struct Step {
        std::int64_t before = 0;
        std::int64_t after = 0;
        std::int32_t version = 0;
        TimePoint time;
        bool used = false;
    };
    using Steps = std::vector<Step>;
    [[nodiscard]] std::optional<std::int64_t> number(const std::string& data, Format format) const;
    void check_counter(const std::string& path, Format format);
    void check_call(const CounterCall& call, Steps& steps);
    void fail(const CounterCall& call, const std::string& what);

    Verdict& verdict_;
    const Chronicle& chronicle_;
    const std::string root_;
    std::vector<std::pair<std::string, Format>> counters_;
    std::deque<CounterCall> calls_;
};

}  // namespace kazoo::sim

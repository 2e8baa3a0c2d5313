// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/detail/owning_link.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

KAZOO_API_BEGIN
namespace kazoo::detail {

/// The type of one element of when_all's tuple: std::monostate in place of void.
template <class T>
using WhenValue = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

/// Calls `visit` for each result, in order.
template <class T, class Visit>
void each_result(std::vector<AsyncResult<T>>& results, Visit visit) {
    for (auto& result : results) {
        visit(result);
    }
}
template <class... T, class Visit>
void each_result(std::tuple<AsyncResult<T>...>& results, Visit visit) {
    std::apply([&visit](auto&... result) { (visit(result), ...); }, results);
}

/// Returns the handler of the first result that has one; null if there is none.
template <class Results>
[[nodiscard]] std::shared_ptr<Handler> first_handler(Results& results) noexcept {
    std::shared_ptr<Handler> first;
    each_result(results, [&first](const auto& result) {
        if (!first && result.valid()) {
            first = result.handler();
        }
    });
    return first;
}

template <class Results>
[[nodiscard]] bool all_valid(Results& results) noexcept {
    bool all = true;
    each_result(results, [&all](const auto& result) { all = all && result.valid(); });
    return all;
}

/// Returns the number of results.
template <class Results>
[[nodiscard]] std::size_t count_of(Results& results) noexcept {
    std::size_t count = 0;
    each_result(results, [&count](const auto&) { ++count; });
    return count;
}

[[nodiscard]] inline Error when_one_is_invalid(const char* operation) noexcept {
    return make_error(
        Errc::bad_arguments,
        Outcome::unknown,
        operation,
        "one of the results is invalid; the other operations continue"
    );
}
[[nodiscard]] inline Error when_cancelled(const char* operation) noexcept {
    return make_error(
        ClientErrc::cancelled,
        Outcome::unknown,
        operation,
        "the combined result was cancelled; see each result for its outcome"
    );
}

/// The state of when_all: counts the results that are not ready. The thread that decrements the
/// count to zero is the only one left to access the results, and completes the combined result.
template <class Value, class Results>
class WhenAllState final : public ResultState<Value> {
public:
    explicit WhenAllState(Results results)
        : ResultState<Value>(first_handler(results)),
          results_(std::move(results)),
          links_(std::make_unique<OwningLink<WhenAllState>[]>(count_of(results_))) {}

    void begin() {
        if (!all_valid(results_)) {
            missing_.store(0, std::memory_order_relaxed);
            results_ = Results();
            this->fail(when_one_is_invalid("when_all"));
            return;
        }
        std::size_t index = 0;
        each_result(results_, [this, &index](const auto& result) {
            missing_.fetch_add(1, std::memory_order_relaxed);
            if (!links_[index].begin(*this, index, result)) {
                one_less();
            }
            ++index;
        });
        one_less();
    }

    void ready_at(std::size_t) noexcept { one_less(); }

    bool cancel() override {
        auto missing = missing_.load(std::memory_order_acquire);
        do {
            if (missing == 0) {
                return false;
            }
        } while (!missing_.compare_exchange_weak(missing, missing + 1, std::memory_order_acq_rel));
        // The count was incremented, so that conclude() does not run while the results are used.
        const RefPtr<WhenAllState> self(this);
        cancelled_.store(true, std::memory_order_relaxed);
        each_result(results_, [](const auto& result) { result.cancel(); });
        one_less();
        return true;
    }

private:
    void one_less() noexcept {
        if (missing_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
            conclude();
        }
    }

    void conclude() noexcept {
        std::exception_ptr error;
        std::optional<Value> value;
        try {
            Results results = std::move(results_);
            error = failure(results);
            if (!error) {
                value.emplace(values(results));
            }
        } catch (...) {  // copying a value failed
            error = std::current_exception();
        }
        if (error) {
            this->fail(std::move(error));
        } else {
            this->succeed(std::move(*value));
        }
    }

    [[nodiscard]] std::exception_ptr failure(Results& results) const {
        if (cancelled_.load(std::memory_order_relaxed) && any_cancelled(results)) {
            return make_exception(when_cancelled("when_all"));
        }
        std::exception_ptr first;
        if constexpr (!std::is_same_v<Value, Results>) {
            each_result(results, [&first](const auto& result) {
                if (!first) {
                    first = result.exception();
                }
            });
        }
        return first;
    }
    [[nodiscard]] static bool any_cancelled(Results& results) {
        bool any = false;
        each_result(results, [&any](const auto& result) {
            any = any || (!result.successful() &&
                          detail::state_of(result)->error().code() == ClientErrc::cancelled);
        });
        return any;
    }

    [[nodiscard]] static Value values(Results& results) {
        if constexpr (std::is_same_v<Value, Results>) {
            return std::move(results);
        } else {
            return std::apply([](auto&... result) { return Value(value_of(result)...); }, results);
        }
    }
    template <class T>
    [[nodiscard]] static WhenValue<T> value_of(AsyncResult<T>& result) {
        if constexpr (std::is_void_v<T>) {
            return {};
        } else {
            return std::move(result).get();
        }
    }

    Results results_;
    const std::unique_ptr<OwningLink<WhenAllState>[]> links_;
    std::atomic<std::size_t> missing_{1};  ///< one for `begin`
    std::atomic<bool> cancelled_{false};
};

/// The state of when_any. The first result that is ready, or a cancellation, sets decided_. Because
/// a result may become ready while begin() still links others, the results are released, and the
/// combined result is completed, by whichever of begin() and the winner finishes last.
template <class Results>
class WhenAnyState final : public ResultState<std::size_t> {
public:
    explicit WhenAnyState(Results results)
        : ResultState<std::size_t>(first_handler(results)),
          results_(std::move(results)),
          links_(std::make_unique<OwningLink<WhenAnyState>[]>(count_of(results_))) {}

    void begin() {
        if (!all_valid(results_)) {
            return refuse(when_one_is_invalid("when_any"));
        }
        std::size_t count = 0;
        each_result(results_, [this, &count](const auto& result) {
            const auto index = count++;
            if (decided_.load(std::memory_order_relaxed)) {
                return;
            }
            if (!links_[index].begin(*this, index, result)) {
                ready_at(index);
            }
        });
        if (count == 0) {
            return refuse(make_error(
                Errc::bad_arguments,
                Outcome::not_sent,
                "when_any",
                "no results were given"
            ));
        }
        one_step();
    }

    void ready_at(std::size_t index) noexcept {
        if (!decided_.exchange(true, std::memory_order_acq_rel)) {
            winner_ = index;
            one_step();
        }
    }

    bool cancel() override {
        const RefPtr<WhenAnyState> self(this);
        if (decided_.exchange(true, std::memory_order_acq_rel)) {
            return false;
        }
        unlink_all();
        Results results = std::move(results_);
        each_result(results, [](const auto& result) { result.cancel(); });
        fail(when_cancelled("when_any"));
        return true;
    }

private:
    void refuse(Error error) {
        decided_.store(true, std::memory_order_relaxed);
        results_ = Results();
        fail(std::move(error));
    }

    /// Removes the links from the other results before completing: these may stay pending for a
    /// long time, and their links would keep this object alive.
    void one_step() noexcept {
        if (steps_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
            unlink_all();
            results_ = Results();
            succeed(winner_);
        }
    }

    void unlink_all() noexcept {
        std::size_t index = 0;
        each_result(results_, [this, &index](const auto& result) { links_[index++].end(result); });
    }

    Results results_;
    const std::unique_ptr<OwningLink<WhenAnyState>[]> links_;
    std::size_t winner_ = 0;
    std::atomic<bool> decided_{false};
    std::atomic<int> steps_{2};  ///< Counts down the end of begin() and the decision.
};

/// Creates a combined result and links it to its results. Throws std::bad_alloc.
template <class State, class Results>
[[nodiscard]] RefPtr<State> begin_when(Results results) {
    auto state = make_ref<State>(std::move(results));
    state->begin();
    return state;
}

}  // namespace kazoo::detail
KAZOO_API_END

// SPDX-License-Identifier: Apache-2.0
#include "recipe/blocking.hpp"
#include "recipe/counter/counter_codec.hpp"
#include "recipe/counter/number_text.hpp"
#include "recipe/counter/versioned_change.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/recipes/counter.hpp>

#include <utility>

namespace kazoo {
namespace detail::recipe {

/// What the object and its calls share. Immutable.
template <class Number>
class CounterState {
public:
    CounterState(
        const KazooClient& zk,
        PathView node,
        Number default_value,
        const CounterOptions& counter_options
    )
        : client(zk, "Counter"),
          path(client.checked_path(node)),
          codec{counter_options.format(), default_value},
          options(counter_options) {
        if (!codec.is_possible() || !codec.encode(default_value)) {
            throw_error(Error(
                Errc::bad_arguments,
                Outcome::not_sent,
                client.recipe(),
                path,
                codec.is_possible() ? "the default value does not fit into the format"
                                    : "a DoubleCounter needs CounterFormat::text"
            ));
        }
    }

    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept {
        return client.handler();
    }
    [[nodiscard]] CallLimits limits(const CallOptions& call) const {
        return CallLimits(call, *handler(), CallKind::does_not_wait);
    }

    const RecipeClient client;
    const std::string path;
    const CounterCodec<Number> codec;
    const CounterOptions options;
};

namespace {

template <class Number>
using State = std::shared_ptr<const CounterState<Number>>;
/// What an operation makes of the value of a counter.
template <class Number>
struct NewValue {
    bool keep = false;            ///< Leave the counter as it is.
    std::optional<Number> value;  ///< Nothing: there is no such number.
};
template <class Number>
using Operation = std::function<NewValue<Number>(Number found)>;

template <class Number>
AsyncResult<Number> read_value(State<Number> state, CallLimits limits) {
    auto reading = read_node(state->client, state->path, limits, state->options.retry());
    const auto node = co_await direct(std::move(reading));
    Number value = state->codec.decode(node ? node->data : "", "value", state->path);
    co_return value;
}

template <class Number>
[[noreturn]] void throw_overflow(
    const CounterState<Number>& state, const char* operation, Number found
) {
    throw_error(Error(
        Errc::bad_arguments,
        Outcome::not_applied,
        operation,
        state.path,
        "the new value does not fit into the format of the counter, whose value is " +
            python_text(found)
    ));
}

template <class Number>
NewData new_data(State<Number> state, const char* name, Operation<Number> operation) {
    return [state, name, operation](const NodeData& found) -> std::optional<std::string> {
        const Number before = state->codec.decode(found.data, name, state->path);
        const auto after = operation(before);
        if (after.keep) {
            return std::nullopt;
        }
        auto data = after.value ? state->codec.encode(*after.value) : std::nullopt;
        if (!data) {
            throw_overflow(*state, name, before);
        }
        return data;
    };
}

template <class Number>
AsyncResult<CounterChange<Number>> change_value(
    State<Number> state, CallLimits limits, const char* name, Operation<Number> operation
) {
    ChangeParameters parameters;
    parameters.operation = name;
    parameters.new_data = new_data(state, name, std::move(operation));
    parameters.initial = state->codec.initial();
    parameters.retry = state->options.retry();
    parameters.marker_parent = state->options.marker_parent();
    parameters.marker = state->options.marker();
    const auto change = std::make_shared<VersionedChange>(
        state->client, state->path, limits, std::move(parameters)
    );
    auto carried_out = carry_out(change);
    const Changed changed = co_await direct(std::move(carried_out));
    CounterChange<Number> made;
    made.changed = changed.changed;
    made.pre_value = state->codec.decode(changed.before.data, name, state->path);
    made.post_value =
        changed.changed ? state->codec.decode(changed.after, name, state->path) : made.pre_value;
    made.version = changed.version;
    co_return made;
}

}  // namespace
}  // namespace detail::recipe

using namespace detail::recipe;

template <class Number>
BasicCounter<Number>::BasicCounter(
    const KazooClient& client, PathView path, Number default_value, const CounterOptions& options
)
    : state_(std::make_shared<const CounterState<Number>>(client, path, default_value, options)) {}
template <class Number>
BasicCounter<Number>::BasicCounter(BasicCounter&&) noexcept = default;
template <class Number>
BasicCounter<Number>& BasicCounter<Number>::operator=(BasicCounter&&) noexcept = default;
template <class Number>
BasicCounter<Number>::~BasicCounter() = default;

template <class Number>
AsyncResult<Number> BasicCounter<Number>::value_async(const CallOptions& options) const {
    return read_value<Number>(state_, state_->limits(options));
}

template <class Number>
Number BasicCounter<Number>::value(const CallOptions& options) const {
    return block_on(state_->handler(), [&] { return value_async(options); });
}

template <class Number>
AsyncResult<CounterChange<Number>> BasicCounter<Number>::add_async(
    Number delta, const CallOptions& options
) const {
    Operation<Number> operation = [delta](Number found) {
        return NewValue<Number>{false, sum(found, delta)};
    };
    return change_value<Number>(state_, state_->limits(options), "add", std::move(operation));
}

template <class Number>
CounterChange<Number> BasicCounter<Number>::add(Number delta, const CallOptions& options) const {
    return block_on(state_->handler(), [&] { return add_async(delta, options); });
}

template <class Number>
AsyncResult<CounterChange<Number>> BasicCounter<Number>::subtract_async(
    Number delta, const CallOptions& options
) const {
    Operation<Number> operation = [delta](Number found) {
        return NewValue<Number>{false, difference(found, delta)};
    };
    return change_value<Number>(state_, state_->limits(options), "subtract", std::move(operation));
}

template <class Number>
CounterChange<Number> BasicCounter<Number>::subtract(Number delta, const CallOptions& options)
    const {
    return block_on(state_->handler(), [&] { return subtract_async(delta, options); });
}

template <class Number>
AsyncResult<CounterChange<Number>> BasicCounter<Number>::set_async(
    Number value, const CallOptions& options
) const {
    Operation<Number> operation = [value](Number) { return NewValue<Number>{false, value}; };
    return change_value<Number>(state_, state_->limits(options), "set", std::move(operation));
}

template <class Number>
CounterChange<Number> BasicCounter<Number>::set(Number value, const CallOptions& options) const {
    return block_on(state_->handler(), [&] { return set_async(value, options); });
}

template <class Number>
AsyncResult<CounterChange<Number>> BasicCounter<Number>::compare_and_set_async(
    Number expected, Number value, const CallOptions& options
) const {
    Operation<Number> operation = [expected, value](Number found) {
        return NewValue<Number>{found != expected, value};
    };
    return change_value<Number>(
        state_, state_->limits(options), "compare_and_set", std::move(operation)
    );
}

template <class Number>
CounterChange<Number> BasicCounter<Number>::compare_and_set(
    Number expected, Number value, const CallOptions& options
) const {
    return block_on(state_->handler(), [&] {
        return compare_and_set_async(expected, value, options);
    });
}

template class BasicCounter<std::int64_t>;
template class BasicCounter<double>;

}  // namespace kazoo

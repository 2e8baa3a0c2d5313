// SPDX-License-Identifier: Apache-2.0
#include "recipe/blocking.hpp"
#include "recipe/counter/shared_value_state.hpp"
#include "recipe/counter/versioned_change.hpp"

#include <kazoo/exceptions.hpp>

#include <utility>

namespace kazoo {
namespace {

using namespace detail::recipe;

using ValueState = std::shared_ptr<SharedValueState>;
using MaybeValue = std::optional<VersionedValue>;

/// Null data is written as empty data, which all readers understand. Throws BadArgumentsError if
/// the data was made from a null pointer.
std::string bytes_of(const DataView& data) {
    if (data.from_null_pointer()) {
        throw_error(Error(
            Errc::bad_arguments, Outcome::not_sent, "SharedValue", {}, "the data is a null pointer"
        ));
    }
    return std::string(data.bytes().value_or(std::string_view()));
}

/// A write with malformed arguments, which fails through its result.
using MaybeBytes = std::optional<std::string>;
MaybeBytes bytes_or_none(const DataView& data) {
    return data.from_null_pointer() ? MaybeBytes() : MaybeBytes(bytes_of(data));
}
const std::string& checked(const MaybeBytes& bytes) {
    if (!bytes) {
        static_cast<void>(bytes_of(static_cast<const char*>(nullptr)));  // throws
    }
    return *bytes;
}

AsyncResult<Changed> change(
    ValueState state,
    CallLimits limits,
    const char* operation,
    NewData new_data,
    std::optional<NodeData> assumed
) {
    ChangeParameters parameters;
    parameters.operation = operation;
    parameters.new_data = std::move(new_data);
    parameters.initial = state->seed;
    parameters.assumed = std::move(assumed);
    parameters.retry = state->retry;
    return carry_out(
        std::make_shared<VersionedChange>(state->client, state->path, limits, std::move(parameters))
    );
}

AsyncResult<VersionedValue> read_value(ValueState state, CallLimits limits) {
    NewData keep = [](const NodeData&) { return std::optional<std::string>(); };
    auto reading = change(state, limits, "get", std::move(keep), std::nullopt);
    Changed found = co_await direct(std::move(reading));
    VersionedValue value(std::move(found.before.data), found.before.stat);
    state->note(value);
    co_return value;
}

/// Writes what `new_data` returns. Returns nothing if that is to keep the value.
AsyncResult<MaybeValue> write_value(
    ValueState state,
    CallLimits limits,
    const char* operation,
    NewData new_data,
    std::optional<NodeData> assumed
) {
    auto writing = change(state, limits, operation, std::move(new_data), std::move(assumed));
    Changed changed = co_await direct(std::move(writing));
    MaybeValue value;  // nothing may throw from here on: it has been written
    if (!changed.changed) {
        state->note(VersionedValue(std::move(changed.before.data), changed.before.stat));
    } else {
        value.emplace(std::move(changed.after), changed.stat.value());
        state->note(*value);
    }
    co_return value;
}

AsyncResult<VersionedValue> overwrite(ValueState state, CallLimits limits, MaybeBytes data) {
    const auto bytes = checked(data);
    NewData new_data = [bytes](const NodeData&) { return std::optional<std::string>(bytes); };
    auto writing = write_value(state, limits, "set", std::move(new_data), std::nullopt);
    MaybeValue value = co_await direct(std::move(writing));
    co_return std::move(*value);
}

NodeData node_of(const VersionedValue& value) {
    NodeData node;
    node.data = value.data;
    node.stat = value.stat;
    return node;
}

AsyncResult<MaybeValue> replace(
    ValueState state, CallLimits limits, VersionedValue previous, MaybeBytes data
) {
    const auto bytes = checked(data);
    NewData new_data = [mzxid = previous.stat.mzxid, bytes](const NodeData& found) {
        return found.stat.mzxid == mzxid ? MaybeBytes(bytes) : MaybeBytes();
    };
    auto writing = write_value(state, limits, "try_set", std::move(new_data), node_of(previous));
    MaybeValue value = co_await direct(std::move(writing));
    co_return value;
}

/// Returns the next value that is newer than the last one.
AsyncResult<MaybeValue> next_value(std::shared_ptr<SharedValueChanges> changes) {
    for (;;) {
        auto next = changes->stream.next();
        std::optional<DataChange> change = co_await direct(std::move(next));
        if (!change) {
            co_return std::nullopt;
        }
        if (change->node && changes->last.is_newer(change->node->stat)) {
            VersionedValue value(std::move(change->node->data), change->node->stat);
            changes->state->note(value);
            co_return value;
        }
    }
}

}  // namespace

SharedValueStream::SharedValueStream(std::shared_ptr<SharedValueChanges> changes) noexcept
    : changes_(std::move(changes)) {}
SharedValueStream::SharedValueStream(SharedValueStream&&) noexcept = default;

SharedValueStream& SharedValueStream::operator=(SharedValueStream&& other) noexcept {
    if (this != &other) {
        stop();
        changes_ = std::move(other.changes_);
    }
    return *this;
}

SharedValueStream::~SharedValueStream() {
    stop();
}

AsyncResult<MaybeValue> SharedValueStream::next() {
    return next_value(changes_);
}

void SharedValueStream::stop() noexcept {
    if (changes_) {
        changes_->stream.stop();
    }
}

SharedValue::SharedValue(
    const KazooClient& client, PathView path, const DataView& seed, const RetryPolicy& retry
)
    : state_(std::make_shared<SharedValueState>(client, path, bytes_of(seed), retry)) {}
SharedValue::SharedValue(SharedValue&&) noexcept = default;
SharedValue& SharedValue::operator=(SharedValue&&) noexcept = default;
SharedValue::~SharedValue() = default;

RetryPolicy SharedValue::default_retry() noexcept {
    return RetryPolicy().delay(std::chrono::milliseconds(10)).max_delay(std::chrono::seconds(1));
}

AsyncResult<VersionedValue> SharedValue::get_async(const CallOptions& options) const {
    return read_value(state_, state_->limits(options));
}

VersionedValue SharedValue::get(const CallOptions& options) const {
    return block_on(state_->handler(), [&] { return get_async(options); });
}

AsyncResult<VersionedValue> SharedValue::set_async(const DataView& data, const CallOptions& options)
    const {
    return overwrite(state_, state_->limits(options), bytes_or_none(data));
}

VersionedValue SharedValue::set(const DataView& data, const CallOptions& options) const {
    return block_on(state_->handler(), [&] { return set_async(data, options); });
}

AsyncResult<MaybeValue> SharedValue::try_set_async(
    const VersionedValue& previous, const DataView& data, const CallOptions& options
) const {
    return replace(state_, state_->limits(options), previous, bytes_or_none(data));
}

MaybeValue SharedValue::try_set(
    const VersionedValue& previous, const DataView& data, const CallOptions& options
) const {
    return block_on(state_->handler(), [&] { return try_set_async(previous, data, options); });
}

MaybeValue SharedValue::newest() const {
    return state_->newest();
}

DataWatch SharedValue::listen_function(
    UniqueFunction<bool(VersionedValue&)> function, const DataWatchOptions& options
) const {
    auto report = [state = state_,
                   function = std::move(function),
                   last = LastValue()](const DataChange& change) mutable {
        if (!change.node || !last.is_newer(change.node->stat)) {
            return true;
        }
        VersionedValue value(change.node->data, change.node->stat);
        state->note(value);
        return function(value);
    };
    std::optional<DataWatch> watch = state_->client.call([&](KazooClient& zk) {
        return std::optional<DataWatch>(
            std::in_place, zk, state_->path, std::move(report), options
        );
    });
    return std::move(*watch);
}

SharedValueStream SharedValue::changes(const DataWatchOptions& options) const {
    return SharedValueStream(state_->client.call([&](KazooClient& zk) {
        return std::make_shared<SharedValueChanges>(state_, DataStream(zk, state_->path, options));
    }));
}

}  // namespace kazoo

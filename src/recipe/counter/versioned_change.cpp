// SPDX-License-Identifier: Apache-2.0
#include "recipe/counter/versioned_change.hpp"

#include <kazoo/detail/unique_id.hpp>
#include <kazoo/exceptions.hpp>

#include <exception>
#include <utility>

namespace kazoo::detail::recipe {
namespace {

using Change = std::shared_ptr<VersionedChange>;
using MaybeNode = std::optional<NodeData>;

/// Another process has changed the node: nothing was written, and the next try reads it again.
[[noreturn]] void throw_conflict(const VersionedChange& change, const char* detail) {
    throw_error(Error(
        ClientErrc::force_retry,
        Outcome::not_applied,
        change.parameters.operation,
        change.path,
        detail
    ));
}

/// Nobody can say whether the write was applied.
[[noreturn]] void throw_undecidable(const VersionedChange& change) {
    auto error = error_from(change.lost);
    error.operation(change.parameters.operation)
        .path(change.path)
        .outcome(Outcome::unknown)
        .detail(
            "the reply was lost, and the node has been changed since, so that it cannot be "
            "found out whether this change was applied"
        );
    throw FinalFailure(make_exception(error));
}

/// Creates a missing node, which another process may do first.
AsyncResult<bool> create_node(Change change) {
    try {
        const auto created = change->tries->call([&](KazooClient& zk) {
            return zk.create_async(
                change->path,
                change->parameters.initial,
                CreateOptions().makepath(),
                change->limits.step()
            );
        });
        co_await direct(created);
    } catch (const NodeExistsError&) {
        co_return false;
    }
    co_return true;
}

/// Returns the node as it is now; creates it if it does not exist and nothing has been written.
AsyncResult<NodeData> find_node(Change change) {
    if (const auto assumed = std::exchange(change->parameters.assumed, std::nullopt)) {
        co_return *assumed;
    }
    // After a reconnect the server may lag behind the one that has received the write.
    const auto consistency = change->lost ? Consistency::latest : Consistency::local;
    auto reading = try_read(change->tries, change->path, change->limits, consistency);
    MaybeNode node = co_await direct(std::move(reading));
    if (change->lost) {
        switch (fate_of(*change->write, node)) {
            case WriteFate::open:
                co_return change->write->before;
            case WriteFate::superseded:
                change->lost = nullptr;
                break;
            case WriteFate::undecidable:
                throw_undecidable(*change);
        }
    }
    if (!node) {
        const auto created = create_node(change);
        co_await direct(created);
        auto again = try_read(change->tries, change->path, change->limits, consistency);
        node = co_await direct(std::move(again));
    }
    if (!node) {
        throw_conflict(*change, "other processes delete the node at the same time");
    }
    co_return std::move(*node);
}

/// Prepares the write of this try, unless the former one is still open. Returns false if there is
/// nothing to write.
bool prepare(VersionedChange& change, const NodeData& found) {
    if (change.lost) {
        return true;
    }
    auto data = change.parameters.new_data(found);
    if (!data) {
        return false;
    }
    if (found.stat.version == -1) {
        throw_error(Error(
            Errc::bad_version,
            Outcome::not_applied,
            change.parameters.operation,
            change.path,
            "the version of the node is -1, which servers do not compare; set its data once"
        ));
    }
    change.write = PendingWrite{found, std::move(*data)};
    change.transaction.reset();
    return true;
}

Changed changed_by(const PendingWrite& write) {
    Changed changed;
    changed.changed = true;
    changed.before = write.before;
    changed.after = write.data;
    changed.version = next_version(write.before.stat.version);
    return changed;
}

/// Notes what the failure of a write means. Returns if the next try has to read the node again.
void on_write_failure(VersionedChange& change, const std::exception_ptr& failure) {
    const auto error = error_from(failure);
    if (error.outcome() == Outcome::unknown) {
        change.lost = failure;
    }
    const bool conflict = error.code() == Errc::bad_version || error.code() == Errc::no_node;
    if (!conflict) {
        std::rethrow_exception(failure);
    }
}

AsyncResult<Changed> write_once(Change change) {
    std::exception_ptr failure;
    try {
        const auto& write = *change->write;
        Changed changed = changed_by(write);  // nothing may throw after the write
        auto writing = change->tries->call([&](KazooClient& zk) {
            return zk.set_async(
                change->path, write.data, write.before.stat.version, change->limits.step()
            );
        });
        changed.stat = co_await direct(std::move(writing));
        change->applied = true;
        co_return changed;
    } catch (...) {
        failure = std::current_exception();
    }
    on_write_failure(*change, failure);
    throw_conflict(*change, "other processes change the node at the same time");
}

/// Makes the transaction of this try; a write that is sent again keeps its own.
void make_transaction(VersionedChange& change) {
    if (change.transaction) {
        return;
    }
    const auto& parameters = change.parameters;
    const auto id = unique_hex(*change.handler());
    change.transaction = change.client.call([](KazooClient& zk) {
        return std::optional<Transaction>(zk.transaction());
    });
    change.transaction->set_data(change.path, change.write->data, change.write->before.stat.version)
        .protect(*parameters.marker_parent, id, parameters.marker);
}

AsyncResult<bool> create_marker_parent(Change change) {
    return change->tries->call([&](KazooClient& zk) {
        return zk.ensure_path_async(*change->parameters.marker_parent, change->limits.step());
    });
}

/// Deletes the marker in the background. The transaction cannot be applied any more, wherever
/// requests of it may be: the version that it requires has passed.
void forget_marker(const VersionedChange& change) noexcept {
    if (change.parameters.marker.ttl()) {
        return;  // the servers delete it
    }
    try {
        const auto limits = CallOptions().timeout(Duration::max());
        const auto forgotten = change.transaction->forget_async(limits);
        forgotten.rawlink([client = change.client,
                           path = change.path](const AsyncResult<void>& done) {
            if (const auto result = done.result(); !result) {
                client.log(
                    LogLevel::warning, path, "a marker stays: " + result.failure().message()
                );
            }
        });
    } catch (const std::exception& error) {
        change.client.log(LogLevel::warning, change.path, error.what());
    }
}

/// Returns whether a transaction has failed because the parent of its markers is missing. Rethrows
/// a failure that is not a conflict.
bool lacks_marker_parent(VersionedChange& change, const std::exception_ptr& failure) {
    auto error = error_from(failure);
    const auto* const transaction = error.transaction();
    if (transaction == nullptr) {
        on_write_failure(change, failure);
        return false;
    }
    change.lost = nullptr;  // the marker does not exist, and the version has changed
    const auto& reason = transaction->reason();
    if (!transaction->index() && reason.code() == Errc::no_node) {
        return true;
    }
    on_write_failure(change, make_exception(Error(reason).outcome(Outcome::not_applied)));
    return false;
}

AsyncResult<Changed> write_exactly_once(Change change) {
    make_transaction(*change);
    std::exception_ptr failure;
    try {
        Changed changed = changed_by(*change->write);  // nothing may throw after the write
        auto writing = change->tries->call([&](KazooClient&) {
            return change->transaction->commit_async(change->limits.step());
        });
        const auto results = co_await direct(std::move(writing));
        change->applied = true;
        if (!results.empty()) {
            changed.stat = results.front().stat();
        }
        forget_marker(*change);
        co_return changed;
    } catch (...) {
        failure = std::current_exception();
    }
    if (lacks_marker_parent(*change, failure)) {
        const auto created = create_marker_parent(change);
        co_await direct(created);
    }
    throw_conflict(*change, "other processes change the node at the same time");
}

AsyncResult<Changed> try_change(Change change) {
    if (!change->lost || !change->transaction) {
        auto finding = find_node(change);
        NodeData found = co_await direct(std::move(finding));
        if (!prepare(*change, found)) {
            Changed unchanged;
            unchanged.version = found.stat.version;
            unchanged.stat = found.stat;
            unchanged.before = std::move(found);
            co_return unchanged;
        }
    }
    auto writing =
        change->parameters.marker_parent ? write_exactly_once(change) : write_once(change);
    Changed changed = co_await direct(std::move(writing));
    co_return changed;
}

/// Returns the error of a change, with the outcome that is known of its last write.
Error final_error(const VersionedChange& change, const Error& error) {
    Error known = error;
    if (change.lost || change.applied) {
        known.outcome(Outcome::unknown);
    } else if (error.outcome() == Outcome::unknown) {
        known.outcome(Outcome::not_applied);
    }
    return known;
}

}  // namespace

AsyncResult<MaybeNode> try_read(
    std::shared_ptr<Tries> tries, std::string path, CallLimits limits, Consistency consistency
) {
    MaybeNode node;
    try {
        auto reading = tries->call([&](KazooClient& zk) {
            return zk.get_async(path, ReadOptions(limits.step()).consistency(consistency));
        });
        node = co_await direct(std::move(reading));
    } catch (const NoNodeError&) {
    }
    co_return node;
}

AsyncResult<MaybeNode> read_node(
    RecipeClient client, std::string path, CallLimits limits, RetryPolicy retry
) {
    const auto tries = std::make_shared<Tries>(client, path, limits, retry);
    Step<MaybeNode> step = [tries, path, limits] {
        return try_read(tries, path, limits, Consistency::local);
    };
    return repeat(tries, std::move(step));
}

AsyncResult<Changed> carry_out(std::shared_ptr<VersionedChange> change) {
    std::exception_ptr failure;
    Error error;
    try {
        Step<Changed> step = [change] { return try_change(change); };
        auto repeated = repeat(change->tries, std::move(step));
        Changed changed = co_await direct(std::move(repeated));
        co_return changed;
    } catch (const KazooException&) {
        error = error_from(std::current_exception());
    }
    throw_error(final_error(*change, error));
}

}  // namespace kazoo::detail::recipe

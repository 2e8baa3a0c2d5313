// SPDX-License-Identifier: Apache-2.0
#include "recipe/lease/leasing.hpp"
#include "recipe/repeated_step.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/transaction_result.hpp>

#include <exception>
#include <utility>

namespace kazoo::detail::recipe {
namespace {

/// One call. Used by its coroutines, one after the other.
struct Change {
    Change(std::shared_ptr<Leasing> shared, LeaseWish what, CallLimits call_limits)
        : leasing(std::move(shared)),
          wish(what),
          limits(std::move(call_limits)),
          own(leasing->held().token) {}

    const std::shared_ptr<Leasing> leasing;
    const LeaseWish wish;
    const CallLimits limits;
    const std::int64_t own;
    /// The write that was sent last, whose reply may have been lost.
    bool sent_deletion = false;
    std::string sent_data;
    LeaseRecord sent_record;
};

using MaybeNode = std::optional<NodeData>;

AsyncResult<MaybeNode> read_record(std::shared_ptr<Change> change) {
    MaybeNode node;
    try {
        auto reading = change->leasing->client().call([&](KazooClient& zk) {
            // The mutex was taken on this server, so that it knows all that its holders wrote.
            return zk.get_async(change->leasing->record_path(), ReadOptions(change->limits.step()));
        });
        node = co_await direct(std::move(reading));
    } catch (const NoNodeError&) {
    }
    co_return node;
}

/// Returns whether an earlier try was applied although its reply was lost.
bool was_applied(const Change& change, const MaybeNode& node) {
    return node ? !change.sent_data.empty() && node->data == change.sent_data
                : change.sent_deletion;
}

void note(const Change& change, const MaybeNode& node) {
    if (node) {
        change.leasing->set_held(HeldLease{node->stat.czxid, change.sent_record.end});
    } else {
        change.leasing->set_held(HeldLease());
    }
}

/// Returns the write that the step stands for.
GuardedTransaction prepare(
    Change& change, LeaseStep step, const LockHandle& held, const MaybeNode& node
) {
    auto transaction = held.transaction();
    if (node) {
        transaction.delete_(change.leasing->record_path(), node->stat.version);
    }
    change.sent_deletion = step == LeaseStep::remove;
    change.sent_data.clear();
    if (!change.sent_deletion) {
        change.sent_record = change.leasing->new_record();
        change.sent_data = encode_lease(change.sent_record);
        transaction.create(change.leasing->record_path(), change.sent_data);
    }
    return transaction;
}

LeaseStep decide(const Change& change, const MaybeNode& node) {
    const auto& leasing = *change.leasing;
    std::optional<FoundLease> found;
    if (node) {
        found.emplace(FoundLease{decode_lease(node->data, leasing.record_path()), node->stat.czxid}
        );
    }
    return lease_step(change.wish, found, leasing.identifier(), change.own, leasing.now());
}

/// Reads, decides and writes, with the mutex held.
AsyncResult<bool> change_guarded(
    std::shared_ptr<Change> change, std::shared_ptr<const LockHandle> held
) {
    auto reading = read_record(change);
    const MaybeNode node = co_await direct(std::move(reading));
    if (was_applied(*change, node)) {
        note(*change, node);
        co_return true;
    }
    const auto step = decide(*change, node);
    if (step == LeaseStep::refuse) {
        change->leasing->set_held(HeldLease());
        co_return false;
    }
    const auto writing = prepare(*change, step, *held, node).commit_async(change->limits.step());
    co_await direct(writing);
    if (step == LeaseStep::remove) {
        co_return true;
    }
    auto looking = read_record(change);  // servers before 3.7.2 return a false czxid
    const MaybeNode written = co_await direct(std::move(looking));
    if (!was_applied(*change, written)) {
        change->leasing->set_held(HeldLease());
        co_return false;  // deleted or replaced without the mutex
    }
    note(*change, written);
    co_return true;
}

/// Returns the error of a try; that of the operation if one failed in the transaction.
Error error_of(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const TransactionFailedError& failed) {
        return failed.transaction().reason();
    } catch (...) {
        return error_from(failure);
    }
}

/// Rethrows an error in the form that the retries understand.
[[noreturn]] void rethrow_classified(const std::exception_ptr& failure) {
    const auto error = error_of(failure);
    const auto& code = error.code();
    if (code == ClientErrc::lock_timeout) {
        throw_error(Error(
            Errc::operation_timeout,
            error.outcome(),
            "NonBlockingLease",
            error.path(),
            error.detail()
        ));
    }
    const bool new_lock = code == ClientErrc::lock_lost || code == Errc::session_expired;
    const bool changed =  // by a process without the lock
        code == Errc::no_node || code == Errc::node_exists || code == Errc::bad_version;
    if (!new_lock && !changed) {
        if (error_from(failure).code() == ClientErrc::transaction_failed) {
            throw_error(error);
        }
        std::rethrow_exception(failure);
    }
    throw ForceRetryError(Error(
        ClientErrc::force_retry, error.outcome(), error.operation(), error.path(), error.message()
    ));
}

AsyncResult<bool> try_to_change(std::shared_ptr<Change> change) {
    std::exception_ptr failure;
    try {
        auto acquiring = change->leasing->mutex().acquire_async(change->limits.step());
        LockHandle acquired = co_await direct(std::move(acquiring));
        const auto held = std::make_shared<const LockHandle>(std::move(acquired));
        auto changing = change_guarded(change, held);
        const bool done = co_await direct(std::move(changing));
        co_return done;  // the handle releases the lock in the background
    } catch (...) {
        failure = std::current_exception();
    }
    rethrow_classified(failure);
}

}  // namespace

AsyncResult<bool> change_lease(
    std::shared_ptr<Leasing> leasing, LeaseWish wish, CallLimits limits
) {
    const auto change = std::make_shared<Change>(leasing, wish, limits);
    if (wish == LeaseWish::release) {
        leasing->set_held(HeldLease());
    }
    if (wish != LeaseWish::obtain && change->own == 0) {
        co_return false;
    }
    const auto tries =
        std::make_shared<Tries>(leasing->client(), leasing->path(), limits, short_pauses());
    Step<bool> step = [change] { return try_to_change(change); };
    auto repeated = repeat(tries, std::move(step));
    const bool done = co_await direct(std::move(repeated));
    co_return done;
}

}  // namespace kazoo::detail::recipe

// SPDX-License-Identifier: Apache-2.0
#include "recipe/blocking.hpp"
#include "recipe/lock/contender.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/recipes/guarded_transaction.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace kazoo {
namespace {

using namespace detail::recipe;

constexpr const char* commit_operation = "commit";

[[noreturn]] void throw_lock_lost(const Contender& contender) {
    throw_error(
        Error(ClientErrc::lock_lost, Outcome::not_applied, commit_operation, contender.held_path())
    );
}

TransactionResults without(TransactionResults results, std::size_t check) {
    if (check < results.size()) {
        results.erase(results.begin() + static_cast<std::ptrdiff_t>(check));
    }
    return results;
}

/// Returns the error of a transaction that failed, as if it had been made without the check.
Error without_check(const Error& error, const TransactionFailure& failure, std::size_t check) {
    auto index = failure.index();
    if (!index) {
        return error;  // of the marker
    }
    auto results = without(failure.results(), check);
    if (*index > check) {
        --*index;
    }
    Error shifted(error.code(), error.outcome(), error.operation(), error.path());
    shifted.detail(
        "operation " + std::to_string(*index + 1) + " of " + std::to_string(results.size()) + ": " +
        failure.reason().message()
    );
    return shifted.transaction(std::make_shared<const TransactionFailure>(
        index, failure.kind(), failure.path(), failure.reason(), std::move(results)
    ));
}

AsyncResult<TransactionResults> commit_guarded(
    std::shared_ptr<Contender> contender,
    Transaction transaction,
    std::size_t check,
    CallOptions options
) {
    if (!contender->is_held()) {
        throw_lock_lost(*contender);
    }
    std::optional<Error> failed;
    try {
        auto committed = transaction.commit_async(options);
        auto results = co_await direct(std::move(committed));
        co_return without(std::move(results), check);
    } catch (const TransactionFailedError&) {
        failed = error_from(std::current_exception());
    }
    const auto* const failure = failed->transaction();
    if (failure == nullptr) {
        throw_error(*failed);
    }
    if (failure->index() != check) {
        throw_error(without_check(*failed, *failure, check));
    }
    if (failure->reason().code() != Errc::no_node) {
        throw_error(Error(failure->reason()).operation(commit_operation));
    }
    contender->on_lost();
    throw_lock_lost(*contender);
}

}  // namespace

AsyncResult<TransactionResults> GuardedTransaction::commit_async(const CallOptions& options) const {
    return commit_guarded(contender_, transaction_, check_, options);
}

TransactionResults GuardedTransaction::commit(const CallOptions& options) const {
    check_may_block(*contender_->handler());
    return commit_async(options).get();
}

}  // namespace kazoo

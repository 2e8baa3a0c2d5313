// SPDX-License-Identifier: Apache-2.0
#include "recipe/repeated_step.hpp"

#include <kazoo/exceptions.hpp>

#include <algorithm>
#include <chrono>
#include <exception>

namespace kazoo::detail::recipe {

namespace {

TimePoint end_of(const RetryPolicy& policy, TimePoint now) {
    return policy.deadline() ? later(now, *policy.deadline()) : TimePoint::max();
}

}  // namespace

Tries::Tries(RecipeClient client, std::string path, CallLimits limits, const RetryPolicy& policy)
    : client_(std::move(client)),
      path_(std::move(path)),
      limits_(std::move(limits)),
      policy_(policy),
      policy_end_(end_of(policy, client_.handler()->now())) {}

KazooRetry Tries::retry() const {
    auto policy = policy_;
    const auto end = std::min(policy_end_, limits_.deadline());
    if (end != TimePoint::max()) {
        // Rounded up: requests of the last try end at policy_end_ or the limits, not before.
        const auto left = end - handler()->now();
        policy.deadline(std::chrono::ceil<std::chrono::milliseconds>(left));
    }
    return client_.ref().retry(policy).interrupt(limits_.stop_token());
}

void Tries::rethrow_try(const std::exception_ptr& failure) const {
    const auto error = error_from(failure);
    if (error.code() != Errc::operation_timeout || limits_.over(*handler())) {
        std::rethrow_exception(failure);
    }
    if (handler()->now() >= policy_end_) {
        // The retries end with RetryFailedError, because no time is left for another try.
        throw_error(Error(
            ClientErrc::force_retry,
            error.outcome(),
            error.operation(),
            error.path(),
            error.message()
        ));
    }
    if (limits_.deadline() == TimePoint::max()) {
        throw FinalFailure(failure);
    }
    std::rethrow_exception(failure);
}

bool Tries::ended_by_deadline() const noexcept {
    if (limits_.deadline() == TimePoint::max()) {
        return false;
    }
    const bool tries_left = policy_.max_tries() < 0 || tries_ < policy_.max_tries();
    return limits_.over(*handler()) || (tries_left && !policy_.deadline());
}

void Tries::rethrow(const std::exception_ptr& failure) const {
    Error error;
    try {
        std::rethrow_exception(failure);
    } catch (const FinalFailure& final_one) {
        std::rethrow_exception(final_one.cause());
    } catch (const KazooException&) {
        error = error_from(std::current_exception());
    }  // others, such as std::bad_alloc, are passed on
    if (error.code() == ClientErrc::interrupted) {
        const bool stopped = limits_.stop_token().stop_requested();
        error = Error(
            stopped ? make_error_code(ClientErrc::cancelled)
                    : make_error_code(ClientErrc::connection_closed),
            error.outcome(),
            client_.recipe(),
            path_,
            error.detail()
        );
        throw_error(error);
    }
    if (error.code() == ClientErrc::retry_failed && ended_by_deadline()) {
        throw_timeout(client_, path_, error.outcome(), error.detail());
    }
    std::rethrow_exception(failure);
}

void throw_timeout(
    const RecipeClient& client, const std::string& path, Outcome outcome, std::string detail
) {
    throw_error(Error(Errc::operation_timeout, outcome, client.recipe(), path, std::move(detail)));
}

}  // namespace kazoo::detail::recipe

// SPDX-License-Identifier: Apache-2.0
// Results that fail: the Error or exception that a result keeps, and the exceptions that are made
// of Errors.
#include <kazoo/detail/result_state.hpp>
#include <kazoo/exceptions.hpp>

#include <new>
#include <utility>

namespace kazoo::detail {

bool ResultStateBase::fail(Error error, std::atomic<bool>* note, base::LaneBatch* batch) noexcept {
    return complete(
        Status::error,
        [&] {
            note_failure(std::move(error));
            if (note != nullptr) {
                note->store(true, std::memory_order_release);
            }
        },
        batch
    );
}

bool ResultStateBase::fail(std::exception_ptr error) noexcept {
    return complete(Status::error, [&] { note_failure(std::move(error)); });
}

void ResultStateBase::note_failure(std::exception_ptr error) noexcept {
    if (is_bad_alloc(error)) {
        return note_failure(Error(ClientErrc::out_of_memory));
    }
    failed_with_exception_ = true;
    exception_ = std::move(error);
}

/// On the heap, because most results succeed: as a member, an Error would take a fifth of a result.
void ResultStateBase::note_failure(Error error) noexcept {
    code_ = error.code();
    outcome_ = error.outcome();
    error_.reset(new (std::nothrow) Error(std::move(error)));
}

/// All callers get the same exception object. It is made without the mutex, and the first one wins.
std::exception_ptr ResultStateBase::exception() noexcept {
    if (failed_with_exception_) {
        return exception_;
    }
    {
        const std::lock_guard lock(mutex_);
        if (exception_) {
            return exception_;
        }
    }
    std::exception_ptr made;
    try {
        made = make_exception(error());
    } catch (...) {
        return std::current_exception();  // out of memory: for this caller only
    }
    const std::lock_guard lock(mutex_);
    if (!exception_) {
        exception_ = made;
    }
    return exception_;
}

Error ResultStateBase::error() {
    if (failed_with_exception_) {
        return error_from(exception_);
    }
    return error_ ? *error_ : Error(code_, outcome_);
}

void ResultStateBase::rethrow() {
    std::rethrow_exception(exception());
}

Error make_error(
    std::error_code code, Outcome outcome, const char* operation, const char* detail
) noexcept {
    try {
        return Error(code, outcome, operation, {}, detail);
    } catch (const std::bad_alloc&) {
        return Error(code, outcome, operation);
    }
}

bool is_bad_alloc(const std::exception_ptr& error) noexcept {
    if (!error) {
        return false;
    }
    try {
        std::rethrow_exception(error);
    } catch (const std::bad_alloc&) {
        return true;
    } catch (...) {
        return false;
    }
}

}  // namespace kazoo::detail

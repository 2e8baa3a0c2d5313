// SPDX-License-Identifier: Apache-2.0
// Errors of exceptions while allocations fail.
#include "support/allocations/allocations.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/transaction_result.hpp>

#include <gtest/gtest.h>

#include <exception>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>

namespace kazoo {
namespace {

using testing_support::Shortage;

constexpr long each = 1000;

Error error_without_memory(const std::exception_ptr& exception) {
    const Shortage shortage(1, each);
    return error_from(exception);
}

TEST(ErrorsWithoutMemory, HaveNoTexts) {
    const auto exception = make_exception(Error(
        Errc::connection_loss,
        Outcome::unknown,
        "set",
        "/a-path-that-does-not-fit-into-the-string-itself",
        "a detail that does not fit into the string itself"
    ));

    const auto error = error_without_memory(exception);

    EXPECT_EQ(error, Error(Errc::connection_loss, Outcome::unknown, "set"));
}

TEST(ErrorsWithoutMemory, HaveTheResultsOfTheirTransaction) {
    const auto failure = std::make_shared<const TransactionFailure>(
        0, TransactionOp::check, "/a", Error(Errc::bad_version), TransactionResults()
    );
    const auto exception = make_exception(
        Error(ClientErrc::transaction_failed).path(std::string(100, 'p')).transaction(failure)
    );

    EXPECT_EQ(error_without_memory(exception).transaction(), failure.get());
}

TEST(ErrorsWithoutMemory, AreForeign) {
    const auto exception = std::make_exception_ptr(std::runtime_error(std::string(100, 'w')));

    EXPECT_EQ(error_without_memory(exception), Error(ClientErrc::foreign_exception));
}

TEST(ErrorsWithoutMemory, OfBadAlloc) {
    const auto exception = std::make_exception_ptr(std::bad_alloc());

    EXPECT_EQ(error_without_memory(exception), Error(ClientErrc::out_of_memory));
}

}  // namespace
}  // namespace kazoo

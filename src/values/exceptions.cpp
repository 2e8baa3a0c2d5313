// SPDX-License-Identifier: Apache-2.0
// Maps an Error to the exception class that error_table.def has for its code, and back.
#include <kazoo/exceptions.hpp>

#include <new>
#include <utility>

namespace kazoo {

namespace {

// Calls `visit` with an exception object of the class that belongs to the error's code.
template <class Visitor>
auto with_exception(const Error& error, Visitor&& visit) {
    if (error.code().category() == zookeeper_category()) {
        switch (error.code().value()) {
#define KAZOO_SERVER_ERROR(enumerator, number, Class, outcome, message) \
    case number:                                                        \
        return visit(Class(error));
#include <kazoo/detail/error_table.def>
            default:
                return visit(ZookeeperError(error));
        }
    }
    if (error.code().category() == kazoo_category()) {
        switch (error.code().value()) {
#define KAZOO_CLIENT_ERROR(enumerator, number, Class, Base, outcome, message) \
    case number:                                                              \
        return visit(Class(error));
#include <kazoo/detail/error_table.def>
            default:
                break;
        }
    }
    return visit(KazooException(error));
}

/// Returns a copy, without its texts if there is no memory for them.
Error copy_of(const Error& error) noexcept {
    try {
        return error;
    } catch (const std::bad_alloc&) {
        return error.without_texts();
    }
}

/// Returns the error of an exception that is not the library's.
Error foreign(const char* what) noexcept {
    try {
        return Error(ClientErrc::foreign_exception).detail(what);
    } catch (const std::bad_alloc&) {
        return Error(ClientErrc::foreign_exception);
    }
}

}  // namespace

void throw_error(const Error& error) {
    std::rethrow_exception(make_exception(error));
}

std::exception_ptr make_exception(const Error& error) {
    return with_exception(error, [](auto exception) {
        return std::make_exception_ptr(std::move(exception));
    });
}

Error error_from(const std::exception_ptr& exception) noexcept {
    if (!exception) {
        return Error();
    }
    try {
        std::rethrow_exception(exception);
    } catch (const KazooException& e) {
        return copy_of(e.error());
    } catch (const std::bad_alloc&) {
        return Error(ClientErrc::out_of_memory);
    } catch (const std::exception& e) {
        return foreign(e.what());
    } catch (...) {
        return foreign("not derived from std::exception");
    }
}

}  // namespace kazoo

// SPDX-License-Identifier: Apache-2.0
#include "client/multi_step_operations.hpp"
#include "client/operations.hpp"
#include "client/pipelining.hpp"

#include <kazoo/exceptions.hpp>

namespace kazoo::detail::client {
namespace {

[[noreturn]] void throw_refusal(Error error, const std::string& path) {
    throw_error(error.operation("create_or_set").path(path));
}

}  // namespace

/// Creates first: if the node exists the data is sent twice, but a set first would need two round
/// trips for each new node.
AsyncResult<CreatedOrSet> create_or_set(
    std::shared_ptr<Core> core,
    OwnedPath path,
    OwnedData data,
    CreateOptions options,
    NodeAcls acls,
    CallContext context
) {
    if (options.is_sequence()) {
        throw_refusal(
            Error(Errc::bad_arguments, Outcome::not_sent)
                .detail("a sequence node is always a new node; use create"),
            path.text()
        );
    }
    if (options.is_protected()) {
        throw_refusal(
            Error(Errc::bad_arguments, Outcome::not_sent)
                .detail("a protected node is always a new node; use create"),
            path.text()
        );
    }
    for (int round = 0; round < most_rounds; ++round) {
        CreatedOrSet done;
        try {
            const auto creation =
                options.makes_path()
                    ? create_makepath<CreatedNode>(core, path, data, options, acls, context)
                    : create<CreatedNode>(
                          *core, path.view(), data.view(), options, acls.node(), context
                      );
            const auto node = co_await direct(creation);
            done.created = true;
            done.stat = node.stat;
            co_return done;
        } catch (const NodeExistsError&) {
        }
        try {
            const auto written = set(*core, path.view(), data.view(), -1, context);
            done.stat = co_await direct(written);
            co_return done;
        } catch (const NoNodeError&) {
        }
    }
    throw_refusal(
        Error(Errc::no_node, Outcome::not_applied)
            .detail("other clients keep creating and deleting the node"),
        path.text()
    );
}

}  // namespace kazoo::detail::client

// SPDX-License-Identifier: Apache-2.0
#include "client/transactions.hpp"

#include "client/node_acls.hpp"
#include "client/operations.hpp"
#include "client/raw_reply.hpp"
#include "client/transaction_reply.hpp"
#include "client/transaction_request.hpp"

#include <kazoo/exceptions.hpp>

#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace kazoo::detail::client {
namespace {

/// How often to read the marker again when the connection is lost meanwhile.
constexpr int rounds = 16;

const OpKind<RawReply> commit_kind{"commit", copy_reply};

/// Returns the request. Throws the error if it cannot be sent.
std::unique_ptr<const TransactionRequest> request_of(
    const Core& core, const TransactionSteps& steps
) {
    auto request = std::make_unique<const TransactionRequest>(
        steps, core.chroot(), default_acl(core), core.options().limits().request_bytes
    );
    if (request->error()) {
        throw_error(*request->error());
    }
    return request;
}

/// Calls with_acls(). Throws OutOfMemoryError if there is no memory.
SharedSteps resolved_acls(const Core& core, SharedSteps steps) {
    try {
        return with_acls(core, std::move(steps));
    } catch (const std::bad_alloc&) {
        throw_error(Error(ClientErrc::out_of_memory, Outcome::not_sent, "commit"));
    }
}

/// Sends the transaction. Throws the error if it cannot be sent. The request is encoded within this
/// call, so that nothing of it is kept while the reply is awaited.
AsyncResult<RawReply> send(Core& core, const TransactionSteps& steps, const CallContext& context) {
    try {
        const auto request = request_of(core, steps);
        session::RequestSpec call;
        call.op = codec::Opcode::multi;
        return core.call(commit_kind, "", std::move(call), context, request->body());
    } catch (const std::bad_alloc&) {
        throw_error(Error(ClientErrc::out_of_memory, Outcome::not_sent, "commit"));
    }
}

/// Adds what the server needs if it does not know one of the operations.
Error explained(Error error, const TransactionSteps& steps) {
    const bool unknown =
        error.code() == Errc::marshalling_error || error.code() == Errc::unimplemented;
    if (unknown && error.detail().empty()) {
        error.detail(transaction_needs(steps));
    }
    return error;
}

/// Throws the error unless the marker can say whether the transaction was applied: the connection
/// was lost, and the reply with it.
void require_lost_reply(const Error& error, const TransactionSteps& steps) {
    const bool lost = error.code() == Errc::connection_loss && error.outcome() == Outcome::unknown;
    if (!steps.marker || !lost) {
        throw_error(explained(error, steps));
    }
}

void add_detail(Error& error, std::string_view text) {
    auto detail = error.detail();
    detail += detail.empty() ? "" : "; ";
    error.detail(std::move(detail.append(text)));
}

enum class Marker { missing, ours, foreign };

/// Reads the marker, on a server that is up to date.
AsyncResult<Marker> look_for_marker(
    std::shared_ptr<Core> core, SharedSteps steps, CallContext context
) {
    const auto path = marker_path(*steps);
    const auto expected = request_of(*core, *steps)->checksum();
    for (int round = 0;; ++round) {
        const auto synced = sync(*core, path, context);
        const auto read = get(*core, path, Watcher(), context);
        try {
            co_await direct(synced);
            const auto node = co_await direct(read);
            co_return node.data == expected ? Marker::ours : Marker::foreign;
        } catch (const NoNodeError&) {
            co_return Marker::missing;
        } catch (const ConnectionLoss& lost) {
            // Not sent: the client is not connected and does not connect.
            if (round == rounds || lost.outcome() == Outcome::not_sent) {
                throw;
            }
        }
    }
}

/// Finds out whether a transaction was applied whose reply was lost. Returns its results if it was,
/// otherwise throws the error with the outcome that is known now.
AsyncResult<TransactionResults> resolve(
    std::shared_ptr<Core> core, SharedSteps steps, CallContext context, Error lost
) {
    const auto session = core->session_id();
    auto marker = Marker::missing;
    try {
        const auto looked = look_for_marker(core, steps, context);
        marker = co_await direct(looked);
    } catch (const KazooException& failed) {
        add_detail(lost, "the marker could not be read: " + failed.error().message());
        throw_error(lost);
    }
    if (marker == Marker::foreign) {
        throw_error(id_is_taken(*steps));
    }
    if (marker == Marker::ours) {
        co_return results_without_reply(*steps);
    }
    // A server executes no more requests of a session's earlier connections once the session has
    // been resumed. A session that was replaced may still be alive elsewhere.
    if (session != 0 && session == core->session_id()) {
        lost.outcome(Outcome::not_applied);
        add_detail(lost, "the marker does not exist");
    } else {
        add_detail(lost, "the marker does not exist, but the session has ended; commit again");
    }
    throw_error(lost);
}

/// Called when the marker existed already. Returns the results if an earlier commit of the same
/// transaction has made it, otherwise throws.
AsyncResult<TransactionResults> recognise(
    std::shared_ptr<Core> core, SharedSteps steps, CallContext context, Error exists
) {
    auto marker = Marker::missing;
    std::optional<Error> unread;
    try {
        const auto looked = look_for_marker(core, steps, context);
        marker = co_await direct(looked);
    } catch (const KazooException& failed) {
        unread = failed.error();
    }
    if (unread) {
        // Not applied by this commit, but probably by an earlier one.
        throw_error(Error(std::move(*unread)).operation("commit").outcome(Outcome::unknown));
    }
    if (marker == Marker::ours) {
        co_return results_without_reply(*steps);
    }
    throw_error(marker == Marker::foreign ? id_is_taken(*steps) : exists);
}

void require_marker(const Core& core, const TransactionSteps& steps, const char* operation) {
    if (!steps.marker) {
        throw_error(Error(
            Errc::bad_arguments,
            Outcome::not_sent,
            operation,
            {},
            "the transaction has no marker; call protect first"
        ));
    }
    if (auto error = marker_error(steps, core.chroot())) {
        throw_error(error->operation(operation).path(marker_path(steps)));
    }
}

}  // namespace

AsyncResult<TransactionResults> commit(
    std::shared_ptr<Core> core, SharedSteps steps, CallContext context
) {
    if (steps->list.empty() && !steps->marker) {
        co_return TransactionResults();
    }
    // Kept, because the marker is compared with the same content later.
    steps = resolved_acls(*core, std::move(steps));
    std::optional<Error> failed;
    RawReply reply;
    try {
        const auto sent = send(*core, *steps, context);
        reply = co_await direct(sent);
    } catch (const KazooException& error) {
        require_lost_reply(error.error(), *steps);
        failed = error.error();
    }
    if (failed) {
        const auto resolved = resolve(core, steps, context, std::move(*failed));
        co_return co_await direct(resolved);
    }
    auto results = read_transaction_reply(*steps, *reply, core->chroot());
    if (results) {
        co_return std::move(*results);
    }
    if (!marker_exists(results.failure())) {
        throw_error(results.failure());
    }
    const auto recognised = recognise(core, steps, context, results.failure());
    co_return co_await direct(recognised);
}

AsyncResult<bool> applied(std::shared_ptr<Core> core, SharedSteps steps, CallContext context) {
    require_marker(*core, *steps, "applied");
    steps = with_acls(*core, std::move(steps));
    const auto looked = look_for_marker(core, steps, context);
    const auto marker = co_await direct(looked);
    if (marker == Marker::foreign) {
        throw_error(foreign_marker().operation("applied").path(marker_path(*steps)));
    }
    co_return marker == Marker::ours;
}

AsyncResult<void> forget(std::shared_ptr<Core> core, SharedSteps steps, CallContext context) {
    require_marker(*core, *steps, "forget");
    try {
        const auto deleted = delete_node(*core, marker_path(*steps), -1, context);
        co_await direct(deleted);
    } catch (const NoNodeError&) {
    }
}

}  // namespace kazoo::detail::client

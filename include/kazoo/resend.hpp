// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>

KAZOO_API_BEGIN
namespace kazoo {

/// Which requests the client itself sends again when the connection is lost, once it has resumed
/// the session. Set for a client (ClientOptions::resend) or for a call (CallOptions::resend).
///
/// Order: what is sent again keeps its place, before requests that are made later. A read is sent
/// again only if no write or removal of watches that was called after it has been sent already,
/// because the server may have executed that one. So when the connection is lost while
/// `read 1, write, read 2` have no reply, read 1 and the write fail with ConnectionLoss (the write
/// with Outcome::unknown), and read 2 is sent again. Writes that were sent are never sent again
/// (CreateOptions::protect and NodeOperations::delete_guaranteed find out first what became of
/// them). Writes that were called after such a write and have not been sent fail with
/// ConnectionLoss and Outcome::not_sent, because they may depend on it, unless their option is
/// `independent`.
///
/// A request that the server does not know fails with UnimplementedError without a wait for earlier
/// reads that are sent again.
///
/// A request is sent three times at most, because it may be the reason why servers close the
/// connection; then it fails with ConnectionLoss. Its time limit and cancellation apply throughout.
/// If the session has expired, it fails with SessionExpiredError; if the client is stopped or gives
/// up meanwhile, with ConnectionLoss. A watch that it sets is registered once, by the reply that
/// arrives.
enum class Resend {
    /// All requests without a reply fail with ConnectionLoss, as in kazoo and the Java client;
    /// those that were not sent with Outcome::not_sent. They may then fail before earlier requests
    /// that are sent again. Requests made without a connection wait for the next one nevertheless.
    nothing,
    /// Requests that have not been sent stay in the queue, except writes behind a write that fails.
    unsent,
    /// In addition, reads that were sent are sent again, and so are syncs and the requests of
    /// WatchOperations::add_watch. Their results are the same as if they had been called later.
    reads,
    /// In addition, a write that has not been sent stays in the queue although an earlier one
    /// fails.
    independent
};

}  // namespace kazoo
KAZOO_API_END

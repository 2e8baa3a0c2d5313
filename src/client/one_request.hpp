// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core.hpp"
#include "client/server_path.hpp"
#include "codec/opcode.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/watcher.hpp>

#include <string_view>
#include <utility>

namespace kazoo::detail::client {

/// An operation of one request: its record, its name in errors, how its reply becomes the value of
/// its result, and its type on the wire.
template <class Record, class T>
struct OneRequest {
    OpKind<T> kind;
    codec::Opcode op = Record::opcode;
    session::WatchKind watch_kind{};  ///< of the watch that a read may set
};

/// Issues a request about one path; `fill` completes the record. A watch is registered when the
/// reply arrives, not before. With `server_paths` the path has its chroot already; errors show the
/// client's path in either case. With `sequence` the path ends in the beginning of a name, which is
/// checked as such.
template <class Record, class T, class Fill>
AsyncResult<T> issue(
    Core& core,
    const OneRequest<Record, T>& request,
    std::string_view path,
    const CallContext& context,
    Fill&& fill,
    bool sequence = false,
    const Watcher& watch = Watcher()
) {
    static const Chroot none;
    const ServerPath server_path(path, context.server_paths ? none : core.chroot(), sequence);
    if (server_path.error()) {
        return core.refused(request.kind, path, *server_path.error());
    }
    Record record;
    if constexpr (requires { record.path; }) {
        record.path = server_path.view();
    } else {
        record.prefix_path = server_path.view();
    }
    fill(record);
    session::RequestSpec call;
    call.op = request.op;
    call.watcher = session::Cookie(detail::state_of(watch));
    call.watch_kind = request.watch_kind;
    call.watch_path = server_path.view();  // submit() copies what it keeps
    if (context.server_paths) {
        return core.call(request.kind, core.chroot().strip(path), std::move(call), context, record);
    }
    return core.call(request.kind, path, std::move(call), context, record);
}

/// Issues a request that consists of a path.
template <class Record, class T>
AsyncResult<T> issue(
    Core& core,
    const OneRequest<Record, T>& request,
    std::string_view path,
    const CallContext& context
) {
    return issue(core, request, path, context, [](Record&) {});
}

/// Issues a read that may set a watch.
template <class Record, class T>
AsyncResult<T> issue(
    Core& core,
    const OneRequest<Record, T>& request,
    std::string_view path,
    const Watcher& watch,
    const CallContext& context
) {
    const auto fill = [&](Record& record) { record.watch = static_cast<bool>(watch); };
    return issue(core, request, path, context, fill, false, watch);
}

}  // namespace kazoo::detail::client

// SPDX-License-Identifier: Apache-2.0
/// A session on its way from one client to another, for example from a program to its successor.
#pragma once

#include <kazoo/detail/chrono.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/result.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

KAZOO_API_BEGIN
namespace kazoo {

/// What a watch of a SessionHandover was set with.
enum class ArmedWatch {
    data,                  ///< get, or exists for a node that exists
    exists,                ///< exists for a node that does not exist
    children,              ///< get_children
    persistent,            ///< add_watch with WatchMode::persistent
    persistent_recursive,  ///< add_watch with WatchMode::persistent_recursive
};

/// What a client needs to continue the session of another: from KazooClient::detach, for
/// ClientOptions::resume.
///
///     std::ofstream(file) << zk.detach().to_bytes();
///     // in the next process, within the session timeout:
///     auto session = kazoo::SessionHandover::from_bytes(bytes).value();
///     kazoo::KazooClient zk(kazoo::ClientOptions().hosts(hosts).resume(session, on_event));
///     zk.start();
///
/// Contains the password of the session, which is secret: with it, any client can take over the
/// session and its ephemeral nodes. Protect it like any other credential. Credentials (add_auth)
/// are not part of it; the next client presents its own.
///
/// A value type; distinct objects may be used from different threads. Not an aggregate: g++ 12
/// destroys aggregates of strings twice if they are created inside a `co_await` expression.
class SessionHandover {
public:
    /// No session.
    SessionHandover() {}
    /// A session without watches. `timeout` is the negotiated one.
    SessionHandover(
        std::int64_t session_id,
        std::string password,
        std::chrono::milliseconds timeout,
        std::int64_t last_zxid
    )
        : session_id_(session_id),
          password_(std::move(password)),
          timeout_(timeout),
          last_zxid_(last_zxid) {}

    /// Returns the id of the session; 0 if there is none.
    [[nodiscard]] std::int64_t session_id() const noexcept { return session_id_; }
    /// Returns the password, usually 16 bytes. Secret.
    [[nodiscard]] const std::string& password() const noexcept { return password_; }
    /// Returns the timeout that the servers have granted: without contact they expire the session
    /// after this time.
    [[nodiscard]] std::chrono::milliseconds timeout() const noexcept { return timeout_; }
    /// Returns the last zxid that the client has seen. The next client does not use servers that
    /// are behind it, and gets the watch events of later changes.
    [[nodiscard]] std::int64_t last_zxid() const noexcept { return last_zxid_; }
    /// Returns the watched paths: those of the servers, which begin with the client's chroot.
    [[nodiscard]] const std::vector<std::string>& watches(ArmedWatch kind) const {
        return watches_.at(static_cast<std::size_t>(kind));
    }
    /// Adds a watched path of the servers, in normal form (<kazoo/paths.hpp>).
    void add_watch(ArmedWatch kind, std::string path) {
        watches_.at(static_cast<std::size_t>(kind)).push_back(std::move(path));
    }

    /// Returns a form for files and pipes, which later versions of this library read as well. Not
    /// encrypted. Throws std::bad_alloc, and std::length_error if a string or list is longer than
    /// 2^31-1.
    [[nodiscard]] std::string to_bytes() const;
    /// Reads what to_bytes returned. The memory that it takes is proportional to the number of
    /// bytes. Fails with MalformedHandoverError if they are anything else, such as truncated or
    /// changed (they contain a checksum), or of a later version; the error does not contain them.
    /// Throws std::bad_alloc.
    [[nodiscard]] static Result<SessionHandover> from_bytes(std::string_view bytes);

    friend bool operator==(const SessionHandover&, const SessionHandover&) = default;

private:
    static constexpr std::size_t kinds = 5;

    std::int64_t session_id_ = 0;
    std::string password_;
    std::chrono::milliseconds timeout_{0};
    std::int64_t last_zxid_ = 0;
    std::array<std::vector<std::string>, kinds> watches_;  // by ArmedWatch
};

}  // namespace kazoo
KAZOO_API_END

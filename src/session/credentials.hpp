// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buffer.hpp"
#include "session/events.hpp"
#include "session/secret_auth_data.hpp"

#include <kazoo/security.hpp>

#include <cassert>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace kazoo::session {

/// The credentials of a session: those that every connection presents, those whose answer is still
/// due, and the callers of add_auth() that wait for it.
///
///     connected         present() ----> a request for each      \  the server answers them
///     user              add() --------> one request more        /  in this order: answered()
///     connection lost   disconnected(): callers wait for the answer on the next connection
///     session ended     end(): callers get nothing more
///
/// The reply to a request belongs to the callers that were waiting when it was presented, and not
/// to those that add the same credentials later: each of these gets a request of its own. Not
/// thread-safe.
class Credentials {
public:
    /// `request_bytes` limits the request that presents one.
    Credentials(const std::vector<SecretAuthData>& configured, std::size_t request_bytes);
    Credentials(const Credentials&) = delete;
    Credentials& operator=(const Credentials&) = delete;
    /// Abandons the callers that still wait, because no answer will come.
    ~Credentials();

    /// Returns whether the request that presents these credentials is within the limit. Servers
    /// would close every connection on which a larger one is sent.
    [[nodiscard]] bool fits(const AuthData& entry) const noexcept;
    /// Refuses the first configured credentials that do not fit. Returns whether there are any.
    [[nodiscard]] bool refuse_oversized();

    /// Adds credentials, which must fit, and a caller that waits for their answer. If `connection`
    /// is not null, they are presented on it at once. Throws std::bad_alloc and has then changed
    /// nothing.
    void add(SecretAuthData entry, RequestOwner owner, base::Buffer* connection);
    /// What was added so far is not presented on later connections, unless callers wait for it.
    void forget() noexcept;
    /// Returns the number of credentials and of waiting callers together.
    [[nodiscard]] std::size_t held() const noexcept;

    /// Appends a request for each of the credentials, for a new connection. Throws std::bad_alloc;
    /// the connection must then be given up.
    void present(base::Buffer& connection);
    /// Returns whether the server has still to answer a request.
    [[nodiscard]] bool awaits_answer() const noexcept { return !presented_.empty(); }
    /// The server has answered the oldest request, which must exist. Calls `give`, which must not
    /// throw, with each caller that gets this answer. If it is a refusal, refused() returns the
    /// credentials from then on.
    template <class Give>
    void answered(bool accepted, Give&& give) noexcept {
        assert(!presented_.empty());
        const auto request = presented_.front();
        presented_.erase(presented_.begin());
        auto& credential = credentials_[request.credential];
        const auto end = credential.waiting.begin() + static_cast<std::ptrdiff_t>(request.waiting);
        for (auto at = credential.waiting.begin(); at != end; ++at) {
            give(std::move(*at));
        }
        credential.waiting.erase(credential.waiting.begin(), end);
        credential.asked -= request.waiting;
        if (!accepted) {
            refused_ = std::move(credential.entry);
        }
    }
    /// The connection has ended, and with it the requests that were presented on it.
    void disconnected() noexcept;
    /// Calls `give`, which must not throw, with each caller that still waits.
    template <class Give>
    void end(Give&& give) noexcept {
        for (auto& credential : credentials_) {
            for (auto& owner : credential.waiting) {
                give(std::move(owner));
            }
            credential.waiting.clear();
            credential.asked = 0;
        }
    }

    /// Returns the credentials that a server has refused or that do not fit.
    [[nodiscard]] const std::optional<SecretAuthData>& refused() const noexcept { return refused_; }

private:
    struct Credential {
        SecretAuthData entry;
        std::vector<RequestOwner> waiting;  // for an answer, in the order of their calls
        std::size_t asked = 0;   // at the front of `waiting`: those whose request is under way
        bool forgotten = false;  // presented only while `waiting` needs the answer
    };
    /// A request without an answer.
    struct Presented {
        std::size_t credential;  // index in credentials_, which never shrinks
        std::size_t waiting;     // number of callers that get the answer
    };

    void present(std::size_t index, base::Buffer& connection);

    const std::size_t request_bytes_;
    std::vector<Credential> credentials_;
    std::vector<Presented> presented_;  // on the present connection, the oldest first; few
    std::optional<SecretAuthData> refused_;
};

}  // namespace kazoo::session

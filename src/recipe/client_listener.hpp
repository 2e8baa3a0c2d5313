// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/client.hpp>
#include <kazoo/client_ref.hpp>
#include <kazoo/state.hpp>

#include <atomic>
#include <memory>
#include <utility>

namespace kazoo::detail::recipe {

/// The state listener that a client has for an object of a recipe, which it does not keep alive. A
/// member of the object, which has
///
///     bool on_state(const StateChange&);  // returns whether the listener is not needed any more
///     void on_client_end() noexcept;      // the listener was removed, or its client destroyed
///
/// Thread-safe.
template <class Object>
class ClientListener {
public:
    explicit ClientListener(ClientRef client) : client_(std::move(client)) {}
    ClientListener(const ClientListener&) = delete;
    ClientListener& operator=(const ClientListener&) = delete;
    ~ClientListener() { remove(); }

    /// Adds the listener. Returns false, after a call of on_client_end(), if the client does not
    /// exist any more. To be called once. Throws std::bad_alloc.
    bool add(const std::weak_ptr<Object>& object) {
        auto listener = [object,
                         end = std::make_shared<const End>(object)](const StateChange& change) {
            const auto self = object.lock();
            return !self || self->on_state(change);
        };
        return client_.with([&](KazooClient& client) {
            id_ = client.add_listener(std::move(listener));
        });
    }
    void remove() noexcept {
        const ListenerId id = id_.exchange(0);
        if (id != 0) {
            client_.with([id](KazooClient& client) { client.remove_listener(id); });
        }
    }

private:
    /// Part of the listener, and destroyed with it.
    class End {
    public:
        explicit End(std::weak_ptr<Object> object) noexcept : object_(std::move(object)) {}
        End(const End&) = delete;
        End& operator=(const End&) = delete;
        ~End() {
            if (const auto object = object_.lock()) {
                object->on_client_end();
            }
        }

    private:
        const std::weak_ptr<Object> object_;
    };

    const ClientRef client_;
    std::atomic<ListenerId> id_{0};  // 0: there is none
};

}  // namespace kazoo::detail::recipe

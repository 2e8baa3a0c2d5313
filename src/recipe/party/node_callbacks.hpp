// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/recipe_client.hpp"

#include <kazoo/errors.hpp>
#include <kazoo/event.hpp>
#include <kazoo/handler.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace kazoo::detail::recipe {

/// The functions of a user who has a node kept. Called on the callback lane, one at a time, and not
/// any more after stop(). Thread-safe.
class NodeCallbacks : public std::enable_shared_from_this<NodeCallbacks> {
public:
    /// Both may be empty.
    struct Functions {
        std::function<void(const std::string&)> on_created;
        std::function<void(const Error&)> on_error;
    };

    NodeCallbacks(RecipeClient client, std::string path, Functions functions);
    NodeCallbacks(const NodeCallbacks&) = delete;
    NodeCallbacks& operator=(const NodeCallbacks&) = delete;

    /// Reports the path of a node that has been created.
    void created(const std::string& path) noexcept;
    /// Reports an error; logs it if there is no function for errors, or too many wait for it.
    void failed(const Error& error) noexcept;
    /// Destroys the functions. No call begins after this has returned. With `wait`, waits for a
    /// call in progress, if the caller may block and is in no callback.
    void stop(bool wait) noexcept;

private:
    /// At most this many errors wait to be reported.
    static constexpr std::size_t most_errors = 100;

    using Call = std::function<void(Functions&)>;
    [[nodiscard]] bool dispatch(Call call) noexcept;
    void run(const Call& call) noexcept;
    [[nodiscard]] std::shared_ptr<Functions> enter();
    void leave(std::shared_ptr<Functions> functions) noexcept;
    /// Returns whether an error can be reported, which then waits.
    [[nodiscard]] bool begin_error() noexcept;
    void end_error() noexcept;

    const RecipeClient client_;
    const std::string path_;
    const Event idle_;  // cleared when a call begins, set when it ends
    mutable std::mutex mutex_;
    // Guarded by mutex_. functions_ is their only owner, except during a call.
    std::shared_ptr<Functions> functions_;  // null after stop()
    bool calling_ = false;
    std::size_t errors_ = 0;  // that wait to be reported
};

}  // namespace kazoo::detail::recipe

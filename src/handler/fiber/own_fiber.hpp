// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/fiber/context.hpp>

#include <atomic>

namespace kazoo::handler {

/// Identifies a fiber of a handler, so that calls from it can be recognised. The pointer is
/// compared from any thread and never dereferenced.
class OwnFiber {
public:
    /// Marks the calling fiber as this one for its lifetime.
    class Scope {
    public:
        explicit Scope(OwnFiber& own) noexcept : own_(own) {
            own_.fiber_.store(boost::fibers::context::active());
        }
        ~Scope() { own_.fiber_.store(nullptr); }
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;

    private:
        OwnFiber& own_;
    };

    [[nodiscard]] bool is_current() const noexcept {
        return fiber_.load() == boost::fibers::context::active();
    }

private:
    std::atomic<const boost::fibers::context*> fiber_{nullptr};
};

}  // namespace kazoo::handler

#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/detail/ref_counted.hpp>

#include <memory>
#include <mutex>

KAZOO_API_BEGIN
namespace kazoo {
class Handler;
class Waiter;
}  // namespace kazoo

namespace kazoo::base {
class LaneHelper;
}

namespace kazoo::detail {

class ResultStateBase;

/// The results of a handler that are ready and have coroutines to resume on its completion lane.
/// A caller that blocks on that lane, in a callback, resumes them meanwhile: they cannot wait for
/// the callback, which may be waiting for them.
///
/// A result is listed only while the lane has a turn for it, which keeps it alive. Its mutex is
/// locked before the one here.
class Resumptions {
public:
    Resumptions() noexcept = default;
    Resumptions(const Resumptions&) = delete;
    Resumptions& operator=(const Resumptions&) = delete;

    [[nodiscard]] static Resumptions& of(Handler& handler) noexcept;

    /// Returns who is to be notified, under no lock: a caller that can help, or null.
    [[nodiscard]] std::shared_ptr<Waiter> add(ResultStateBase& ready) noexcept;
    void remove(ResultStateBase& result) noexcept;
    /// The first in the list, which stays there; null if there is none.
    [[nodiscard]] RefPtr<ResultStateBase> first() noexcept;

    void begin_help(base::LaneHelper& helper) noexcept;
    void end_help(base::LaneHelper& helper) noexcept;

private:
    std::mutex mutex_;
    ResultStateBase* first_ = nullptr;
    ResultStateBase* last_ = nullptr;
    base::LaneHelper* helpers_ = nullptr;
};

}  // namespace kazoo::detail
KAZOO_API_END

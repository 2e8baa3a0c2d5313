// SPDX-License-Identifier: Apache-2.0
#include "handler/uv/uv_lanes.hpp"

#include <kazoo/exceptions.hpp>

#include <string>
#include <utility>

namespace kazoo::handler {

std::shared_ptr<UvLanes> UvLanes::open(uv_loop_t* loop) {
    auto queue = std::make_shared<UvLanes>();
    queue->handle_.data = queue.get();
    const auto on_wake = [](uv_async_t* handle) noexcept {
        static_cast<UvLanes*>(handle->data)->turn();
    };
    const int status =
        loop == nullptr ? UV_EINVAL : ::uv_async_init(loop, &queue->handle_, on_wake);
    if (status != 0) {
        throw_error(Error(
            ClientErrc::configuration,
            Outcome::not_sent,
            "SequentialUvHandler",
            {},
            std::string("libuv could not add a handle to the loop (") + ::uv_strerror(status) +
                "); pass a loop initialised by uv_loop_init, or raise the limit of open files"
        ));
    }
    queue->self_ = queue;
    queue->settle();
    return queue;
}

bool UvLanes::on_loop_thread() const noexcept {
    return std::this_thread::get_id() == loop_thread_;
}

bool UvLanes::push(Task& task) {
    bool was_awake = false;
    {
        const std::lock_guard lock(mutex_);
        if (closed_) {
            return false;
        }
        waiting_.push_back(std::move(task));
        was_awake = std::exchange(awake_, true);
    }
    if (!was_awake) {
        send();
    }
    if (on_loop_thread() && ::uv_has_ref(as_handle()) == 0) {
        settle();  // uv_ref() now; for tasks of other threads the loop has to be alive already
    }
    return true;
}

void UvLanes::wait_idle(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    idle_.wait_for(lock, limit, [this] { return !awake_ || closed_; });
}

void UvLanes::hold() {
    holds_.fetch_add(1);
    changed();
}

void UvLanes::release() {
    holds_.fetch_sub(1);
    changed();
}

void UvLanes::close() {
    closing_.store(true);
    changed();
}

void UvLanes::changed() {
    if (on_loop_thread()) {
        settle();
    } else {
        wake();
    }
}

void UvLanes::wake() {
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(awake_, true)) {
            return;  // the turn under way calls settle() at its end
        }
    }
    send();
}

void UvLanes::send() {
    const std::lock_guard lock(send_mutex_);
    if (!closed_) {
        ::uv_async_send(&handle_);
    }
}

void UvLanes::turn() {
    if (fork_.in_child()) {
        return;  // the tasks are the parent's
    }
    const auto self = shared_from_this();
    const auto end = std::chrono::steady_clock::now() + most_time;
    for (std::size_t done = 0; done < most_tasks; ++done) {
        if (next_ == batch_.size() && !take()) {
            settle();
            return;
        }
        {
            auto task = std::move(batch_[next_++]);
            task();
        }
        if (std::chrono::steady_clock::now() >= end) {
            break;
        }
    }
    settle();
    send();  // awake_ is still set: requests the turn that runs the rest
}

/// Takes all waiting tasks as the next batch. Returns false if there are none; the turn is then
/// over.
bool UvLanes::take() {
    batch_.clear();
    next_ = 0;
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) {
        awake_ = false;
        idle_.notify_all();
        return false;
    }
    batch_.swap(waiting_);
    return true;
}

/// Closes the handle if that is due, else references it (the loop stays alive) or unreferences it.
/// Called on the loop's thread, because these functions of libuv are not thread-safe.
void UvLanes::settle() {
    if (closed_ || close_if_idle()) {
        return;
    }
    bool needed = closing_.load() || holds_.load() > 0;
    if (!needed) {
        const std::lock_guard lock(mutex_);
        needed = awake_;
    }
    needed ? ::uv_ref(as_handle()) : ::uv_unref(as_handle());
}

bool UvLanes::close_if_idle() {
    if (!closing_.load() || holds_.load() > 0) {
        return false;
    }
    {
        const std::scoped_lock lock(mutex_, send_mutex_);
        if (awake_) {
            return false;
        }
        closed_ = true;
        idle_.notify_all();
    }
    if (::uv_is_closing(as_handle()) == 0) {
        ::uv_close(as_handle(), [](uv_handle_t* closed) {
            static_cast<UvLanes*>(closed->data)->self_.reset();
        });
    }
    return true;
}

}  // namespace kazoo::handler

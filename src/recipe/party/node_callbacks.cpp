// SPDX-License-Identifier: Apache-2.0
#include "recipe/party/node_callbacks.hpp"

#include <kazoo/detail/result_state.hpp>
#include <kazoo/exceptions.hpp>

#include <exception>
#include <utility>

namespace kazoo::detail::recipe {

NodeCallbacks::NodeCallbacks(RecipeClient client, std::string path, Functions functions)
    : client_(std::move(client)),
      path_(std::move(path)),
      idle_(client_.handler()),
      functions_(std::make_shared<Functions>(std::move(functions))) {}

void NodeCallbacks::created(const std::string& path) noexcept {
    try {
        static_cast<void>(dispatch([path](Functions& functions) {
            if (functions.on_created) {
                functions.on_created(path);
            }
        }));
    } catch (const std::exception&) {
        // No memory for the call. The node exists nevertheless.
    }
}

void NodeCallbacks::failed(const Error& error) noexcept {
    bool begun = false;
    bool reported = false;
    try {
        begun = begin_error();
        reported = begun && dispatch([this, error](Functions& functions) {  // run() keeps `this`
                       end_error();
                       functions.on_error(error);
                   });
        if (!reported) {
            client_.log(LogLevel::warning, path_, error.message());
        }
    } catch (const std::exception&) {
        // No memory for the call nor for the line.
    }
    if (begun && !reported) {
        end_error();
    }
}

void NodeCallbacks::stop(bool wait) noexcept {
    std::shared_ptr<Functions> functions;
    bool calling = false;
    {
        const std::lock_guard lock(mutex_);
        functions = std::move(functions_);
        calling = calling_;
    }
    functions = nullptr;
    if (wait && calling && !LaneScope::on_lane_of(*client_.handler())) {
        try {
            idle_.wait();
        } catch (const std::exception&) {
            // The caller must not block.
        }
    }
}

/// Returns false if the lane does not take the call.
bool NodeCallbacks::dispatch(Call call) noexcept {
    try {
        client_.handler()->dispatch(
            Lane::callback,
            [self = shared_from_this(), call = std::move(call)] {
                const LaneScope scope(*self->client_.handler(), Lane::callback);
                self->run(call);
            }
        );
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

void NodeCallbacks::run(const Call& call) noexcept {
    auto functions = enter();
    if (!functions) {
        return;
    }
    try {
        call(*functions);
    } catch (...) {
        client_.handler()->report_escaped(Lane::callback, std::current_exception());
    }
    leave(std::move(functions));
}

std::shared_ptr<NodeCallbacks::Functions> NodeCallbacks::enter() {
    const std::lock_guard lock(mutex_);
    if (functions_) {
        calling_ = true;
        idle_.clear();
    }
    return functions_;
}

/// The functions are destroyed here if stop() was called meanwhile.
void NodeCallbacks::leave(std::shared_ptr<Functions> functions) noexcept {
    functions = nullptr;
    {
        const std::lock_guard lock(mutex_);
        calling_ = false;
    }
    idle_.set();
}

bool NodeCallbacks::begin_error() noexcept {
    const std::lock_guard lock(mutex_);
    const bool possible = functions_ && functions_->on_error && errors_ < most_errors;
    errors_ += possible ? 1 : 0;
    return possible;
}

void NodeCallbacks::end_error() noexcept {
    const std::lock_guard lock(mutex_);
    --errors_;
}

}  // namespace kazoo::detail::recipe

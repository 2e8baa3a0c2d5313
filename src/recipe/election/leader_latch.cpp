// SPDX-License-Identifier: Apache-2.0
#include "recipe/election/latching.hpp"

#include <kazoo/recipes/leader_latch.hpp>

#include <new>
#include <utility>

namespace kazoo {

using detail::recipe::CallKind;
using detail::recipe::CallLimits;
using detail::recipe::Latching;

LockFormat LeaderLatch::format() {
    return LockFormat::custom("_c_{uuid}-latch-");
}

LeaderLatch::LeaderLatch(KazooClient& client, PathView path, const LeaderLatchOptions& options)
    : latching_(std::make_shared<Latching>(client, path, options)) {}

LeaderLatch& LeaderLatch::operator=(LeaderLatch&& other) noexcept {
    if (this != &other) {
        close();
        latching_ = std::move(other.latching_);
    }
    return *this;
}

LeaderLatch::~LeaderLatch() {
    close();
}

void LeaderLatch::start() {
    if (!latching_->begin()) {
        return;
    }
    try {
        static_cast<void>(detail::recipe::stand(latching_));
    } catch (...) {
        latching_->undo_begin();
        throw;
    }
}

void LeaderLatch::close() noexcept {
    if (latching_) {
        latching_->close();
    }
}

bool LeaderLatch::has_leadership() const noexcept {
    return latching_->leadership().is_held();
}

Leadership LeaderLatch::leadership() const {
    return latching_->leadership();
}

AsyncResult<Leadership> LeaderLatch::await_async(const CallOptions& options) {
    const CallLimits limits(options, *latching_->client().handler(), CallKind::waits);
    return detail::recipe::await_leadership(latching_, limits);
}

Leadership LeaderLatch::await(const CallOptions& options) {
    return await_async(options).get();
}

AsyncResult<std::vector<LockContender>> LeaderLatch::participants_async(const CallOptions& options
) {
    return latching_->election().contenders_async(options);
}

std::vector<LockContender> LeaderLatch::participants(const CallOptions& options) {
    return latching_->election().contenders(options);
}

AsyncResult<std::optional<LockContender>> LeaderLatch::leader_async(const CallOptions& options) {
    return latching_->election().leader_async(options);
}

std::optional<LockContender> LeaderLatch::leader(const CallOptions& options) {
    return latching_->election().leader(options);
}

const std::string& LeaderLatch::path() const noexcept {
    return latching_->election().path();
}

}  // namespace kazoo

// SPDX-License-Identifier: Apache-2.0
#include "recipe/discovery/providing.hpp"

#include <kazoo/recipes/service_provider.hpp>

#include <utility>

namespace kazoo {

using detail::recipe::Providing;

ServiceProvider::ServiceProvider(
    const KazooClient& client,
    PathView base_path,
    std::string_view service,
    const ServiceProviderOptions& options
)
    : providing_(std::make_shared<Providing>(client, base_path, service, options)) {
    try {
        providing_->begin();
    } catch (...) {
        providing_->close();
        throw;
    }
}

ServiceProvider& ServiceProvider::operator=(ServiceProvider&& other) noexcept {
    if (this != &other) {
        close();
        providing_ = std::move(other.providing_);
    }
    return *this;
}

ServiceProvider::~ServiceProvider() {
    close();
}

AsyncResult<void> ServiceProvider::initialized() const {
    return providing_->initialized();
}

std::optional<ServiceInstance> ServiceProvider::get_instance() const {
    const auto instances = providing_->available();
    ProviderStrategy::Candidates candidates;
    candidates.reserve(instances.size());
    for (const auto& instance : instances) {
        candidates.push_back(instance.get());
    }
    const auto index = providing_->strategy().choose(candidates);
    return index ? std::optional(*candidates[*index]) : std::nullopt;
}

std::vector<ServiceInstance> ServiceProvider::get_all_instances() const {
    std::vector<ServiceInstance> all;
    for (const auto& instance : providing_->available()) {
        all.push_back(*instance);
    }
    return all;
}

void ServiceProvider::note_error(const ServiceInstance& instance) {
    providing_->note_error(instance);
}

std::optional<Error> ServiceProvider::failure() const {
    return providing_->failure();
}

void ServiceProvider::close() noexcept {
    if (providing_) {
        providing_->close();
    }
}

}  // namespace kazoo

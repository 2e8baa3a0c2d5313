// SPDX-License-Identifier: Apache-2.0
/// ProviderStrategy: which instance of a service is used next.
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/recipes/service_instance.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace kazoo::detail::recipe {
class Chooser;
}

KAZOO_API_BEGIN
namespace kazoo {

/// Chooses one of the instances of a service (Curator's `ProviderStrategy`).
///
/// A value; copies share their state: providers with copies of one round-robin strategy take turns
/// together. Thread-safe.
class ProviderStrategy {
public:
    /// The instances that may be chosen, sorted by the names of their nodes. Never empty, and valid
    /// during the call.
    using Candidates = std::vector<const ServiceInstance*>;
    /// Returns the index of one of the candidates. May be called by several threads at once.
    using Function = std::function<std::size_t(const Candidates&)>;

    /// One after the other. With instances that come and go, the next one is that at the next
    /// index.
    [[nodiscard]] static ProviderStrategy round_robin();
    /// Any, each with the same probability.
    [[nodiscard]] static ProviderStrategy random();
    /// The same, with numbers that follow from `seed`.
    [[nodiscard]] static ProviderStrategy random(std::uint64_t seed);
    /// The same instance, recognised by its id, as long as it is among the candidates; then the one
    /// that `first` chooses.
    [[nodiscard]] static ProviderStrategy sticky(const ProviderStrategy& first = round_robin());

    /// Calls `function`. Throws BadArgumentsError if it is empty, and std::bad_alloc.
    explicit ProviderStrategy(Function function);

    /// Returns the index of one of the candidates; std::nullopt if there is none. Throws what the
    /// function of the user throws, and BadArgumentsError if it returns another number.
    [[nodiscard]] std::optional<std::size_t> choose(const Candidates& candidates) const;

private:
    explicit ProviderStrategy(std::shared_ptr<detail::recipe::Chooser> chooser) noexcept;

    std::shared_ptr<detail::recipe::Chooser> chooser_;
};

}  // namespace kazoo
KAZOO_API_END

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/recipes/service_provider_options.hpp>
#include <kazoo/time.hpp>

#include <cstddef>
#include <map>
#include <string>

namespace kazoo::detail::recipe {

/// The errors of instances, by the names of their nodes. Time is an argument. Not thread-safe.
class DownInstances {
public:
    explicit DownInstances(const DownInstancePolicy& policy) noexcept : policy_(policy) {}

    /// Notes an error of an instance. Throws std::bad_alloc.
    void note(const std::string& name, TimePoint now);
    /// Returns whether the instance is to be left out.
    [[nodiscard]] bool is_down(const std::string& name, TimePoint now) const;
    /// Forgets the errors of an instance: it has changed, or does not exist any more.
    void forget(const std::string& name) noexcept { errors_.erase(name); }

private:
    struct Errors {
        TimePoint first;
        TimePoint last;
        std::size_t count = 0;
    };

    const DownInstancePolicy policy_;
    std::map<std::string, Errors> errors_;
};

}  // namespace kazoo::detail::recipe

// SPDX-License-Identifier: Apache-2.0
#include <kazoo/exceptions.hpp>
#include <kazoo/recipes/provider_strategy.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <random>
#include <string>
#include <utility>

namespace kazoo {
namespace detail::recipe {

using Candidates = ProviderStrategy::Candidates;

/// The state of a strategy. Thread-safe.
class Chooser {
public:
    Chooser() = default;
    Chooser(const Chooser&) = delete;
    Chooser& operator=(const Chooser&) = delete;
    virtual ~Chooser() = default;
    /// Precondition: there are candidates.
    [[nodiscard]] virtual std::size_t choose(const Candidates& candidates) = 0;
};

namespace {

class RoundRobin final : public Chooser {
public:
    std::size_t choose(const Candidates& candidates) override {
        return next_.fetch_add(1, std::memory_order_relaxed) % candidates.size();
    }

private:
    std::atomic<std::size_t> next_{0};
};

class Random final : public Chooser {
public:
    explicit Random(std::uint64_t seed) : numbers_(seed) {}
    std::size_t choose(const Candidates& candidates) override {
        std::uniform_int_distribution<std::size_t> index(0, candidates.size() - 1);
        const std::lock_guard lock(mutex_);
        return index(numbers_);
    }

private:
    std::mutex mutex_;
    std::mt19937_64 numbers_;  // guarded by mutex_
};

class Sticky final : public Chooser {
public:
    explicit Sticky(ProviderStrategy first) : first_(std::move(first)) {}
    std::size_t choose(const Candidates& candidates) override {
        std::string id;
        {
            const std::lock_guard lock(mutex_);
            id = id_;
        }
        if (const auto same = find(candidates, id)) {
            return *same;
        }
        const auto index = first_.choose(candidates).value();  // may call a function of the user
        std::string chosen = candidates[index]->id();
        const std::lock_guard lock(mutex_);
        if (id_ == id) {
            id_.swap(chosen);
            return index;
        }
        return find(candidates, id_).value_or(index);  // another thread has chosen meanwhile
    }

private:
    static std::optional<std::size_t> find(const Candidates& candidates, const std::string& id) {
        const auto found = std::find_if(candidates.begin(), candidates.end(), [&](const auto* one) {
            return one->id() == id;
        });
        return found == candidates.end()
                   ? std::nullopt
                   : std::optional(static_cast<std::size_t>(found - candidates.begin()));
    }

    const ProviderStrategy first_;
    std::mutex mutex_;
    std::string id_;  // guarded by mutex_; of the instance in use, empty if there is none
};

class ByFunction final : public Chooser {
public:
    explicit ByFunction(ProviderStrategy::Function function) : function_(std::move(function)) {}
    std::size_t choose(const Candidates& candidates) override { return function_(candidates); }

private:
    const ProviderStrategy::Function function_;
};

[[noreturn]] void refuse_strategy(std::string detail) {
    throw_error(
        Error(Errc::bad_arguments, Outcome::not_sent, "ProviderStrategy", {}, std::move(detail))
    );
}

}  // namespace
}  // namespace detail::recipe

using namespace detail::recipe;

ProviderStrategy::ProviderStrategy(std::shared_ptr<Chooser> chooser) noexcept
    : chooser_(std::move(chooser)) {}

ProviderStrategy::ProviderStrategy(Function function) {
    if (!function) {
        refuse_strategy("the function is empty");
    }
    chooser_ = std::make_shared<ByFunction>(std::move(function));
}

ProviderStrategy ProviderStrategy::round_robin() {
    return ProviderStrategy(std::make_shared<RoundRobin>());
}

ProviderStrategy ProviderStrategy::random() {
    std::random_device device;
    const auto high = std::uint64_t{device()} << 32;
    return random(high | device());
}

ProviderStrategy ProviderStrategy::random(std::uint64_t seed) {
    return ProviderStrategy(std::make_shared<Random>(seed));
}

ProviderStrategy ProviderStrategy::sticky(const ProviderStrategy& first) {
    return ProviderStrategy(std::make_shared<Sticky>(first));
}

std::optional<std::size_t> ProviderStrategy::choose(const Candidates& candidates) const {
    if (candidates.empty()) {
        return std::nullopt;
    }
    const auto index = chooser_->choose(candidates);
    if (index >= candidates.size()) {
        refuse_strategy(
            "the function has chosen " + std::to_string(index) + " of " +
            std::to_string(candidates.size())
        );
    }
    return index;
}

}  // namespace kazoo

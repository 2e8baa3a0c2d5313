// SPDX-License-Identifier: Apache-2.0
#include "recipe/discovery/providing.hpp"

#include "recipe/discovery/service_paths.hpp"
#include "recipe/pauses.hpp"
#include "recipe/step_loop.hpp"

#include <kazoo/exceptions.hpp>

#include <exception>
#include <new>
#include <utility>

namespace kazoo::detail::recipe {
namespace {

constexpr const char* provider_class = "ServiceProvider";
TreeCacheOptions cache_options(const ServiceProviderOptions& options) {
    return TreeCacheOptions()
        .max_depth(1)
        .max_nodes(options.max_instances() + 1)  // with that of the service
        .retry(options.retry());
}

template <class Function>
std::shared_ptr<const Function> shared_if_any(const Function& function) {
    return function ? std::make_shared<const Function>(function) : nullptr;
}

/// Says that the provider has ended when its coroutine does, also if that is destroyed because its
/// loop was.
class Following {
public:
    explicit Following(std::shared_ptr<Providing> providing) noexcept
        : providing_(std::move(providing)) {}
    Following(const Following&) = delete;
    Following& operator=(const Following&) = delete;
    ~Following() { providing_->on_end(); }

private:
    const std::shared_ptr<Providing> providing_;
};

/// The changes of the cache, and the one that was not applied because there was no memory.
struct Changes {
    explicit Changes(TreeStream changes) noexcept : stream(std::move(changes)) {}
    TreeStream stream;
    std::optional<TreeEvent> event;
};

/// Applies the next change. Returns false if the cache has ended.
AsyncResult<bool> apply_next(
    std::shared_ptr<Providing> providing, std::shared_ptr<Changes> changes
) {
    auto& event = changes->event;
    if (!event) {
        auto next = changes->stream.next();
        event = co_await direct(std::move(next));
    }
    const bool continues = event.has_value();
    if (event) {
        providing->apply(*event);
        event.reset();
    }
    co_return continues;
}

}  // namespace

Providing::Providing(
    const KazooClient& client,
    PathView base_path,
    std::string_view service,
    const ServiceProviderOptions& options
)
    : client_(client, provider_class),
      path_(service_path(client_, client_.checked_path(base_path), service)),
      strategy_(options.strategy()),
      faults_(std::make_shared<NodeCallbacks>(
          client_, path_, NodeCallbacks::Functions{{}, options.on_error()}
      )),
      calls_(std::make_shared<LaneCalls>(client_.handler())),
      cache_(client, path_, cache_options(options)),
      initialized_(client_.handler()),
      list_(options.down_policy()),
      filter_(shared_if_any(options.filter())),
      on_change_(shared_if_any(options.on_change())) {}

void Providing::begin() {
    cache_.listen_fault([faults = faults_](const Error& error) { faults->failed(error); });
    auto stream = cache_.stream();
    cache_.start();
    const auto following = follow(shared_from_this(), std::move(stream));
    if (following.ready() && !following.successful()) {
        throw std::bad_alloc();  // there was no memory for the coroutine
    }
}

void Providing::close() noexcept {
    cache_.close();
    faults_->stop(true);
    calls_->close();
    std::shared_ptr<const ServiceProviderOptions::Filter> filter;
    std::shared_ptr<const OnChange> on_change;
    const std::lock_guard lock(mutex_);  // released before the functions are destroyed
    filter.swap(filter_);
    on_change.swap(on_change_);
}

std::optional<Error> Providing::end_error() const {
    const auto end = cache_.ended();  // before the failure, which comes with it
    std::optional<Error> error = cache_.failure();
    if (!error && end) {
        const bool closed = end == WatchEnd::stopped;
        error.emplace(
            closed ? ClientErrc::cancelled : ClientErrc::connection_closed,
            Outcome::not_applied,
            provider_class,
            path_,
            closed ? "the provider was closed" : "the client was destroyed"
        );
    }
    return error;
}

Providing::Instances Providing::available() const {
    if (const auto error = end_error()) {
        throw_error(*error);
    }
    const auto now = client_.handler()->now();
    std::shared_ptr<const ServiceProviderOptions::Filter> filter;
    Instances instances;
    {
        const std::lock_guard lock(mutex_);
        if (complete_) {
            instances = list_.available(now);
        }
        filter = filter_;
    }
    if (filter) {
        std::erase_if(instances, [&](const auto& instance) { return !(*filter)(*instance); });
    }
    return instances;
}

void Providing::note_error(const ServiceInstance& instance) {
    const auto now = client_.handler()->now();
    const std::lock_guard lock(mutex_);
    list_.note_error(instance, now);
}

void Providing::apply(const TreeEvent& event) {
    bool is_change = event.type == TreeEventType::INITIALIZED;
    if (is_change) {
        const std::lock_guard lock(mutex_);
        complete_ = true;
    } else if (!event.path.empty() && event.path != path_) {
        apply_to_list(event);
        const std::lock_guard lock(mutex_);
        is_change = complete_;
    }
    if (event.type == TreeEventType::INITIALIZED) {
        initialized_.set();
    }
    if (is_change) {
        announce();
    }
}

/// An update that is not an instance removes the former one, which does not hold any more.
void Providing::apply_to_list(const TreeEvent& event) {
    const auto node = event.path.substr(path_.size() + 1);
    std::shared_ptr<const ServiceInstance> instance;
    if (event.type != TreeEventType::NODE_REMOVED) {
        try {
            instance = std::make_shared<const ServiceInstance>(
                ServiceInstance::from_json(event.node.data, event.path)
            );
        } catch (const MalformedDataError& malformed) {
            faults_->failed(malformed.error());
        }
    }
    const std::lock_guard lock(mutex_);
    if (instance) {
        list_.set(node, std::move(instance));
    } else {
        list_.remove(node);
    }
}

void Providing::announce() {
    {
        const std::lock_guard lock(mutex_);
        if (!on_change_ || announced_) {
            return;
        }
        announced_ = true;
    }
    try {
        calls_->post([weak = weak_from_this()] {
            if (const auto self = weak.lock()) {
                self->call_on_change();
            }
        });
    } catch (...) {
        const std::lock_guard lock(mutex_);
        announced_ = false;
        throw;
    }
}

void Providing::call_on_change() {
    std::vector<ServiceInstance> instances;
    try {
        instances = retry_bad_alloc([this] { return all_instances(); });
    } catch (const std::bad_alloc&) {
        return faults_->failed(Error(ClientErrc::out_of_memory));
    }
    std::shared_ptr<const OnChange> on_change;
    {
        const std::lock_guard lock(mutex_);
        on_change = on_change_;
    }
    if (on_change) {
        (*on_change)(instances);
    }
}

std::vector<ServiceInstance> Providing::all_instances() {
    Instances all;
    {
        const std::lock_guard lock(mutex_);
        announced_ = false;
        all = list_.all();
    }
    std::vector<ServiceInstance> instances;
    instances.reserve(all.size());
    for (const auto& instance : all) {
        instances.push_back(*instance);
    }
    return instances;
}

void Providing::on_shortage() noexcept {
    const Error error(ClientErrc::out_of_memory);
    faults_->failed(error);
    initialized_.set_exception(error);
}

void Providing::on_end() noexcept {
    try {
        if (auto error = end_error()) {
            initialized_.set_exception(std::move(*error));
        }
    } catch (const std::exception&) {
        initialized_.set_exception(Error(ClientErrc::out_of_memory));  // no memory for the texts
    }
}

AsyncResult<void> follow(std::shared_ptr<Providing> providing, TreeStream stream) {
    const Following following(providing);
    const auto changes = std::make_shared<Changes>(std::move(stream));
    const auto step = [providing, changes] { return apply_next(providing, changes); };
    const auto steps = run_steps(providing->handler(), step);
    try {
        co_await direct(steps);
    } catch (const OutOfMemoryError&) {
        providing->on_shortage();
    } catch (const KazooException&) {
        // The error that has ended the cache.
    }
}

}  // namespace kazoo::detail::recipe

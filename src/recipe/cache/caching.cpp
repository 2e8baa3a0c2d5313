// SPDX-License-Identifier: Apache-2.0
// The life of a cache, its client and its readers. The steps are in caching_steps.cpp.
#include "recipe/cache/caching.hpp"

#include "recipe/cache/cache_steps.hpp"
#include "recipe/cache/tree_reader.hpp"

#include <kazoo/detail/unique_id.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>

#include <algorithm>
#include <functional>
#include <new>
#include <utility>

namespace kazoo::detail::recipe {
namespace {

constexpr const char* class_name = "TreeCache";

TreeRules rules_of(const TreeCacheOptions& options) {
    return {options.max_nodes(), options.max_bytes(), options.max_depth(), options.is_names_only()};
}

}  // namespace

std::shared_ptr<Caching> Caching::make(
    const KazooClient& client, PathView path, const TreeCacheOptions& options
) {
    auto checked = check_path(path);
    if (!checked) {
        throw_error(Error(checked.failure()).operation(class_name).path(std::string(path)));
    }
    auto caching = std::make_shared<Caching>(client, std::move(*checked), options);
    caching->listeners_.connect(caching);
    return caching;
}

Caching::Caching(const KazooClient& client, std::string path, const TreeCacheOptions& options)
    : client_(client, class_name),
      options_(TreeCacheOptions(options).selector(nullptr)),
      path_(std::move(path)),
      seed_(std::hash<std::string>()(unique_hex(*client_.handler()))),
      initialized_(client.handler()),
      listeners_(client_, path_, options.selector()),
      client_listener_(client_.ref()),
      model_(std::make_unique<TreeModel>(path_, rules_of(options))),
      root_created_(!options.creates_root()) {}

void Caching::start() {
    {
        const std::lock_guard lock(mutex_);
        if (started_ || ended_) {
            throw_error(Error(
                Errc::bad_arguments,
                Outcome::not_sent,
                "start",
                path_,
                started_ ? "the cache has been started already" : "the cache has been closed"
            ));
        }
        started_ = true;
    }
    try {
        listen_to_client();
        begin_run(shared_from_this());
    } catch (...) {
        close();
        throw;
    }
}

void Caching::listen_to_client() {
    if (!client_listener_.add(weak_from_this())) {
        throw_error(Error(
            ClientErrc::connection_closed,
            Outcome::not_sent,
            "start",
            path_,
            "the client has been destroyed"
        ));
    }
}

void Caching::close() noexcept {
    end(WatchEnd::stopped);
    client_listener_.remove();
    listeners_.stop(true);
}

void Caching::end(WatchEnd why, std::optional<Error> error) noexcept {
    std::unique_ptr<TreeModel> model;
    WatchHandle handle;
    Watcher watcher;
    AsyncResult<void> pausing;
    {
        const std::lock_guard lock(mutex_);
        if (ended_) {
            return;
        }
        ended_ = why;
        failure_ = std::move(error);
        model = std::move(model_);
        handle = std::move(handle_);
        watcher = std::move(watcher_);
        pausing = std::move(pausing_);
        ++epoch_;
        listening_ = false;
        for (auto* const reader : readers_) {
            reader->open_ = false;
            reader->to_wake_ = true;
        }
    }
    stopped_.request_stop();
    if (pausing.valid()) {
        pausing.cancel();
    }
    try {
        initialized_.set_exception(end_error());
    } catch (const std::exception&) {
        initialized_.set_exception(Error(ClientErrc::out_of_memory));  // no memory for the texts
    }
    woken_.set();
    wake_readers();
    if (failure_) {  // it does not change any more
        listeners_.report(*failure_);
    }
}

std::optional<WatchEnd> Caching::ended() const noexcept {
    const std::lock_guard lock(mutex_);
    return ended_;
}

std::optional<Error> Caching::failure() const {
    const std::lock_guard lock(mutex_);
    return failure_;
}

Error Caching::end_error() const {
    const std::lock_guard lock(mutex_);
    if (failure_) {
        return *failure_;
    }
    if (ended_ == WatchEnd::client_stopped) {
        return Error(
            ClientErrc::connection_closed,
            Outcome::not_applied,
            class_name,
            path_,
            "the client was destroyed"
        );
    }
    return Error(
        ClientErrc::cancelled, Outcome::not_applied, class_name, path_, "the cache was closed"
    );
}

// The client's listener.

/// Returns whether the listener is not needed any more.
bool Caching::on_state(const StateChange& change) {
    AsyncResult<void> pausing;
    {
        const std::lock_guard lock(mutex_);
        if (ended_) {
            return true;
        }
        note_state(change.state);
        pausing = pausing_;
    }
    if (pausing.valid()) {
        pausing.cancel();  // a pause must not outlast the client, nor the reconnect
    }
    after_change();
    return false;
}

void Caching::note_state(KazooState state) noexcept {
    switch (state) {
        case KazooState::SUSPENDED:
            interrupted_ = true;
            return model_->note(Note::suspended);
        case KazooState::LOST:
            interrupted_ = true;
            return model_->note(Note::lost);
        case KazooState::CONNECTED:
            ++connects_;
            closed_ = false;
            if (std::exchange(interrupted_, false)) {
                model_->note(Note::reconnected);
            }
    }
}

// Readers.

ListenerId Caching::listen(EventListener listener) {
    {
        const std::lock_guard lock(mutex_);
        if (model_ && !listening_) {
            model_->add_queue(listener_queue_, false);
            listening_ = true;
        }
    }
    return listeners_.add(std::move(listener));
}

std::optional<TreeEvent> Caching::take_from(ChangeQueue& queue) {
    const auto change = queue.front();
    if (!change) {
        return std::nullopt;
    }
    TreeEvent event;
    if (change->kind == ChangeQueue::Kind::note) {
        constexpr TreeEventType types[] = {
            TreeEventType::CONNECTION_SUSPENDED,
            TreeEventType::CONNECTION_RECONNECTED,
            TreeEventType::CONNECTION_LOST,
            TreeEventType::INITIALIZED,
            TreeEventType::RESYNCED,
        };
        event.type = types[static_cast<std::size_t>(change->note)];
    } else {
        constexpr TreeEventType types[] = {
            TreeEventType::NODE_ADDED, TreeEventType::NODE_UPDATED, TreeEventType::NODE_REMOVED};
        event.type = types[static_cast<std::size_t>(change->kind) - 1];
        event.path = model_->store().path(change->node);
        event.node = model_->node(change->node);
    }
    model_->pop(queue);
    return event;
}

std::optional<TreeEvent> Caching::next_event() {
    const std::lock_guard lock(mutex_);
    return listening_ ? take_from(listener_queue_) : std::nullopt;
}

bool Caching::has_event() const noexcept {
    const std::lock_guard lock(mutex_);
    return listening_ && !listener_queue_.empty();
}

void Caching::delivery_failed() noexcept {
    {
        const std::lock_guard lock(mutex_);
        deliver_again_ = true;
    }
    woken_.set();
}

void Caching::add_reader(TreeReader& reader, StreamFrom from) {
    const std::lock_guard lock(mutex_);
    if (!model_) {
        return;
    }
    readers_.push_back(&reader);
    try {
        model_->add_queue(reader.queue_, from == StreamFrom::beginning);
    } catch (...) {
        readers_.pop_back();
        throw;
    }
    reader.open_ = true;
}

void Caching::remove_reader(TreeReader& reader) noexcept {
    const std::lock_guard lock(mutex_);
    readers_.remove(&reader);
    if (std::exchange(reader.open_, false)) {
        model_->remove_queue(reader.queue_);
    }
}

std::optional<TreeEvent> Caching::take(TreeReader& reader) {
    const std::lock_guard lock(mutex_);
    return reader.open_ ? take_from(reader.queue_) : std::nullopt;
}

bool Caching::begin_next(TreeReader& reader) noexcept {
    const std::lock_guard lock(mutex_);
    return !std::exchange(reader.reading_, true);
}

void Caching::end_next(TreeReader& reader) noexcept {
    const std::lock_guard lock(mutex_);
    reader.reading_ = false;
}

bool Caching::is_over(const TreeReader& reader) const {
    std::optional<Error> failure;
    {
        const std::lock_guard lock(mutex_);
        if (reader.open_) {
            return false;
        }
        failure = failure_;
    }
    if (failure) {
        throw_error(*failure);
    }
    return true;
}

/// To be called after each change of the model.
void Caching::after_change() noexcept {
    bool initialized = false;
    bool deliver = false;
    {
        const std::lock_guard lock(mutex_);
        if (!model_) {
            return;
        }
        initialized = model_->initialized() && !initialized_once_;
        initialized_once_ = model_->initialized();
        deliver = listening_ && !listener_queue_.empty();
        for (auto* const reader : readers_) {
            reader->to_wake_ = reader->reading_ && !reader->queue_.empty();
        }
    }
    if (deliver) {
        listeners_.deliver();
    }
    wake_readers();
    if (initialized) {
        initialized_.set();
    }
    woken_.set();
}

/// Wakes the readers that are marked, one by one: a coroutine that is woken may do anything.
void Caching::wake_readers() noexcept {
    for (;;) {
        std::optional<Event> woken;
        {
            const std::lock_guard lock(mutex_);
            const auto next =
                std::find_if(readers_.begin(), readers_.end(), [](const auto* reader) {
                    return reader->to_wake_;
                });
            if (next == readers_.end()) {
                return;
            }
            (*next)->to_wake_ = false;
            woken = (*next)->woken_;
        }
        woken->set();
    }
}

// The copy.

/// Returns a path in normal form. Throws if it is not in the tree, or the cache has failed.
std::string Caching::checked(PathView path) const {
    auto checked = check_path(path);
    if (!checked) {
        throw_error(Error(checked.failure()).operation(class_name).path(std::string(path)));
    }
    const bool inside = path_ == "/" || *checked == path_ ||
                        (checked->starts_with(path_) && (*checked)[path_.size()] == '/');
    if (!inside) {
        throw_error(Error(
            Errc::bad_arguments,
            Outcome::not_sent,
            class_name,
            *checked,
            "the path is not below that of the cache, " + path_
        ));
    }
    if (const auto error = failure()) {
        throw_error(*error);
    }
    return std::move(*checked);
}

std::optional<NodeData> Caching::get_data(PathView path) const {
    const auto wanted = checked(path);
    const std::lock_guard lock(mutex_);
    const auto slot = model_ ? model_->find(wanted) : no_slot;
    return slot != no_slot ? std::optional(model_->node(slot)) : std::nullopt;
}

std::optional<std::vector<std::string>> Caching::get_children(PathView path) const {
    const auto wanted = checked(path);
    const std::lock_guard lock(mutex_);
    const auto slot = model_ ? model_->find(wanted) : no_slot;
    return slot != no_slot ? std::optional(model_->children(slot)) : std::nullopt;
}

std::size_t Caching::size() const noexcept {
    const std::lock_guard lock(mutex_);
    return model_ ? model_->size() : 0;
}

std::size_t Caching::bytes() const noexcept {
    const std::lock_guard lock(mutex_);
    return model_ ? model_->bytes() : 0;
}

TreeSnapshot Caching::snapshot() {
    if (const auto error = failure()) {
        throw_error(*error);
    }
    TreeSnapshot made;
    auto reader = std::make_shared<TreeReader>(shared_from_this(), StreamFrom::now);
    {
        const std::lock_guard lock(mutex_);
        if (model_) {
            made.initialized = model_->initialized();
            for (auto slot = model_->first(); slot != no_slot; slot = model_->following(slot)) {
                made.nodes.emplace(model_->store().path(slot), model_->node(slot));
            }
            while (reader->open_ && !reader->queue_.empty()) {
                model_->pop(reader->queue_);  // what has happened since it was opened is contained
            }
        }
    }
    made.changes = TreeStream(std::move(reader));
    return made;
}

}  // namespace kazoo::detail::recipe

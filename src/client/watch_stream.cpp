// SPDX-License-Identifier: Apache-2.0
#include "client/watch_stream.hpp"

#include "client/no_memory.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>

#include <new>

namespace kazoo {
namespace detail::client {
namespace {

bool is_end(EventType type) {
    return type == EventType::NONE || type == EventType::WATCH_LOST;
}

StreamState& stream_of(const detail::RefPtr<detail::RefCounted>& state) {
    return static_cast<StreamState&>(*state);
}

}  // namespace

StreamState::StreamState(std::shared_ptr<Handler> handler, std::string_view path, std::size_t limit)
    : handler_(std::move(handler)), path_(normalize_path(path)), limit_(limit > 0 ? limit : 1) {}

Watcher StreamState::watcher(const detail::RefPtr<StreamState>& stream) {
    return Watcher([stream](const WatchedEvent& event) { stream->on_event(event); });
}

AsyncResult<WatchStream> StreamState::open(
    detail::RefPtr<StreamState> stream, AsyncResult<WatchHandle> watch
) {
    auto handle = co_await direct(std::move(watch));
    {
        const std::lock_guard lock(stream->mutex_);
        stream->watch_ = std::move(handle);
    }
    co_return WatchStream(stream);
}

void StreamState::on_event(const WatchedEvent& event) noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (over_) {
            return;
        }
        try {
            if (is_end(event.type)) {
                over_ = true;
                end_.emplace(event.type, event.state);
                end_->path = event.path;
            } else if (event.type == EventType::GAP) {
                add_gap();
            } else {
                add(event);
            }
        } catch (const std::bad_alloc&) {
            if (!over_) {
                add_gap();
            }
        }
    }
    supply();
}

/// Throws std::bad_alloc and has then changed nothing.
void StreamState::add(const WatchedEvent& event) {
    const bool child = event.type == EventType::CHILD;
    const auto known = places_.find(Subject(*event.path, child));
    if (known != places_.end()) {
        return known->second->combine(event);
    }
    if (changes_.size() >= limit_) {
        return add_gap();
    }
    const auto last = changes_.emplace(changes_.end(), event);
    try {
        places_.emplace(Subject(last->path(), child), last);
    } catch (...) {
        changes_.pop_back();
        throw;
    }
}

void StreamState::add_gap() noexcept {
    places_.clear();
    changes_.clear();
    gap_ = true;
}

/// Takes the next change; returns false if none waits.
bool StreamState::take(Change& change) noexcept {
    if (gap_) {
        gap_ = false;
        change.emplace();  // a gap
        try {
            change.emplace(WatchedEvent(EventType::GAP, KeeperState::CONNECTED, path_));
        } catch (const std::bad_alloc&) {
            return true;  // without its path
        }
        return true;
    }
    if (changes_.empty()) {
        return false;
    }
    auto& first = changes_.front();
    places_.erase(Subject(first.path(), first.type() == EventType::CHILD));
    change.emplace(std::move(first));
    changes_.pop_front();
    return true;
}

/// Gives a waiting reader the next change, or the end.
void StreamState::supply() noexcept {
    for (;;) {
        std::shared_ptr<Promise<Change>> reader;
        Change change;
        {
            const std::lock_guard lock(mutex_);
            if (!reader_ || (!take(change) && !over_)) {
                return;
            }
            reader.swap(reader_);
        }
        if (reader->set(std::move(change))) {
            return;
        }
        if (change) {  // the reader was cancelled, and has taken nothing
            put_back(std::move(*change));
        }
    }
}

void StreamState::put_back(WatchChange&& change) noexcept {
    const std::lock_guard lock(mutex_);
    const Subject subject(change.path(), change.type() == EventType::CHILD);
    if (change.gap()) {
        gap_ = true;
    } else if (!gap_ && !places_.contains(subject)) {  // else what has come meanwhile covers it
        try {
            const auto child = subject.second;
            changes_.push_front(std::move(change));
            places_.emplace(Subject(changes_.front().path(), child), changes_.begin());
        } catch (const std::bad_alloc&) {
            add_gap();
        }
    }
}

AsyncResult<std::optional<WatchChange>> StreamState::next() {
    const auto reader = std::make_shared<Promise<Change>>(handler_);
    std::shared_ptr<Promise<Change>> cancelled;
    Change change;
    bool busy = false;
    {
        const std::lock_guard lock(mutex_);
        busy = reader_ && !reader_->result().ready();
        if (!busy) {
            cancelled.swap(reader_);
            if (!take(change) && !over_) {
                reader_ = reader;
                return reader->result();
            }
        }
    }
    if (busy) {
        reader->set_exception(Error(
            Errc::bad_arguments,
            Outcome::not_sent,
            "next",
            path_,
            "another call waits for the next change of this stream"
        ));
    } else {
        reader->set(std::move(change));
    }
    return reader->result();
}

void StreamState::close() noexcept {
    WatchHandle watch;
    {
        const std::lock_guard lock(mutex_);
        over_ = true;
        gap_ = false;
        places_.clear();
        changes_.clear();
        watch = std::move(watch_);
    }
    supply();
}

std::optional<WatchedEvent> StreamState::end() const {
    const std::lock_guard lock(mutex_);
    return end_;
}

}  // namespace detail::client

namespace client = detail::client;

WatchStream& WatchStream::operator=(WatchStream&& other) noexcept {
    if (this != &other) {
        const WatchStream former(std::move(*this));
        state_ = std::move(other.state_);
    }
    return *this;
}

WatchStream::~WatchStream() {
    close();
}

AsyncResult<std::optional<WatchChange>> WatchStream::next() {
    return client::or_no_memory([&] {
        const bool forked = state_ && client::stream_of(state_).in_forked_child();
        if (state_ && !forked) {
            return client::stream_of(state_).next();
        }
        Promise<std::optional<WatchChange>> ended;
        if (forked) {
            ended.set_exception(Error(ClientErrc::forked, Outcome::not_sent, "next"));
        } else {
            ended.set();
        }
        return ended.result();
    });
}

void WatchStream::close() noexcept {
    if (!state_) {
        return;
    }
    if (client::stream_of(state_).in_forked_child()) {
        static_cast<void>(state_.detach());  // left to the parent
        return;
    }
    client::stream_of(state_).close();
}

std::optional<WatchedEvent> WatchStream::end() const {
    if (!state_ || client::stream_of(state_).in_forked_child()) {
        return std::nullopt;
    }
    return client::stream_of(state_).end();
}

}  // namespace kazoo

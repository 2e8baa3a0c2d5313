// SPDX-License-Identifier: Apache-2.0
#include "cache_user.hpp"

#include "programs.hpp"

#include <kazoo/exceptions.hpp>

#include <utility>
#include <vector>

namespace kazoo::sim {
namespace {

bool is_of_node(const TreeEvent& event) {
    return !event.path.empty();
}

}  // namespace

CacheUser::~CacheUser() = default;

CacheUser::View CacheUser::make_view(const char* kind) const {
    auto view = std::make_shared<CacheView>();
    view->who = client_.process().name() + ": " + kind + " of " + root_;
    view->root = root_;
    view->names_only = names_only_;
    return view;
}

bool CacheUser::may_watch() const {
    constexpr std::size_t enough = 1000;
    return client_.limits().watches > enough;
}

void CacheUser::one() {
    auto& chance = client_.chance();
    if (renews() || !cache_) {
        return open();
    }
    switch (chance.below(8)) {
        case 0:
            if (chance.one_in(8)) close();
            return;
        case 1:
        case 2:
            return read_all();
        case 3:
            streamed_->closed = true;
            streamed_ = make_view("a stream of the cache");
            return let_run(follow(cache_->stream(), streamed_));
        default:
            return read();
    }
}

/// Servers before 3.9 keep one kind of watch for each path, so that only a path is used there that
/// has no others.
void CacheUser::open() {
    close();
    auto& chance = client_.chance();
    const bool coexist = client_.recorder().watch_modes_coexist();
    root_ = coexist ? chance.of<const char*>({"/", "/", "/k", "/t", "/s", "/e/a"}) : "/";
    names_only_ = chance.one_in(6);
    client_.process().note("opens a cache", root_);
    // The servers' own nodes are not part of the history.
    auto options =
        TreeCacheOptions()
            .names_only(names_only_)
            .batches_in_flight(static_cast<std::size_t>(chance.between(1, 4)))
            .selector([](const std::string& path) { return !path.starts_with("/zookeeper"); });
    cache_ = std::make_unique<TreeCache>(client_.zk(), root_, options);
    listened_ = make_view("the listener of the cache");
    read_ = make_view("the cache");
    streamed_ = make_view("a stream of the cache");
    missing_ = false;
    late_.reset();
    cache_->listen([this, view = listened_](const TreeEvent& event) {
        client_.process().note(
            "hears of the cache", to_string(event.type), event.path, event.node.stat.mzxid
        );
        client_.simulator().tally().add(
            event.type == TreeEventType::RESYNCED ? Count::cache_resyncs : Count::cache_events
        );
        if (view == listened_) {
            on_event(event);
            if (event.type == TreeEventType::CONNECTION_LOST) {
                CacheCheck::forget_gone(*read_, listened_->nodes);
            }
        } else {
            check_.on_event(*view, event);
        }
    });
    if (chance.one_in(2)) {
        let_run(follow(cache_->stream(), streamed_));
    } else {
        streamed_->closed = true;
    }
    cache_->start();
}

void CacheUser::close() {
    if (!cache_) {
        return;
    }
    client_.process().note("closes its cache");
    cache_->close();
    listened_->closed = true;
    cache_.reset();
}

void CacheUser::on_event(const TreeEvent& event) {
    switch (client_.defect()) {
        case Defect::forgotten_removals:
        case Defect::late_events:
        case Defect::skipped_resyncs:
            return on_changed_event(event);
        default:
            return check_.on_event(*listened_, event);
    }
}

void CacheUser::on_changed_event(const TreeEvent& event) {
    const auto defect = client_.defect();
    if (event.type == TreeEventType::CONNECTION_LOST) {
        missing_ = true;
    } else if (event.type == TreeEventType::RESYNCED) {
        missing_ = false;
    }
    const bool removal = event.type == TreeEventType::NODE_REMOVED;
    const bool missed =
        (defect == Defect::forgotten_removals && removal && client_.chance().one_in(4)) ||
        (defect == Defect::skipped_resyncs && missing_ && is_of_node(event));
    if (missed) {
        return;
    }
    if (defect == Defect::late_events && !late_ && is_of_node(event) &&
        client_.chance().one_in(8)) {
        late_ = event;
        return;
    }
    check_.on_event(*listened_, event);
    if (const auto late = std::exchange(late_, std::nullopt)) {
        check_.on_event(*listened_, *late);
    }
}

void CacheUser::read() {
    std::vector<std::string> paths{root_};
    for (const auto& [path, version] : read_->newest) {
        paths.push_back(path);
    }
    try {
        const auto& path = client_.chance().of(paths);
        check_.on_read(*read_, path, cache_->get_data(path));
        static_cast<void>(cache_->get_children(path));
    } catch (const KazooException& failure) {
        fail("a cache cannot be read: " + failure.error().message());
    }
}

void CacheUser::read_all() {
    try {
        const auto all = cache_->snapshot();
        for (const auto& [path, node] : all.nodes) {
            check_.on_read(*read_, path, node);
        }
    } catch (const KazooException& failure) {
        fail("a cache cannot be read: " + failure.error().message());
    }
}

AsyncResult<void> CacheUser::follow(TreeStream stream, View view) {
    try {
        for (;;) {
            const auto next = stream.next();
            const auto event = co_await next;
            if (!event || view->closed) {
                view->closed = true;
                co_return;
            }
            check_.on_event(*view, *event);
        }
    } catch (const KazooException& failure) {
        fail("a stream of a cache has ended: " + failure.error().message());
    }
}

void CacheUser::at_rest() {
    RecipeUser::at_rest();
    if (!cache_ || cache_->ended() || !client_.connected() || !may_watch()) {
        return;
    }
    if (!cache_->initialized().ready() || !listened_->initialized) {
        return fail("the cache of " + root_ + " is not initialized");
    }
    const auto all = cache_->snapshot();
    std::map<std::string, CacheView::Version> nodes;
    for (const auto& [path, node] : all.nodes) {
        nodes.emplace(path, CacheView::Version(node.stat.czxid, node.stat.mzxid));
    }
    check_.check_contents(*read_, nodes);
    check_.check_contents(*listened_, listened_->nodes);
    if (!streamed_->closed) {
        check_.check_contents(*streamed_, streamed_->nodes);
    }
}

}  // namespace kazoo::sim

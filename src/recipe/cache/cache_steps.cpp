// SPDX-License-Identifier: Apache-2.0
#include "recipe/cache/cache_steps.hpp"

#include "recipe/pauses.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/multi_read.hpp>

#include <exception>
#include <new>
#include <optional>
#include <utility>
#include <vector>

namespace kazoo::detail::recipe {
namespace {

/// A batch that is under way, if there are reads.
class Batch {
public:
    explicit Batch(std::shared_ptr<Caching> owner) noexcept : caching(std::move(owner)) {}
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;
    /// The reads that have not been answered are repeated.
    ~Batch() {
        for (const auto& read : reads) {
            if (read.node != no_slot) {
                caching->failed(read, CacheFailure::again);
            }
        }
        if (!reads.empty()) {
            caching->end_batch();
        }
    }

    void apply(TreeRead& read, TreeReply& reply) {
        caching->apply(read, reply);
        read.node = no_slot;
    }
    void failed(TreeRead& read, CacheFailure what) noexcept {
        caching->failed(read, what);
        read.node = no_slot;
    }

    const std::shared_ptr<Caching> caching;
    TreeBatch reads;
};

bool has(const TreeRead& read, std::uint8_t kind) {
    return (read.kinds & kind) != 0;
}

/// Returns whether a read of a multi_read has found something. One that was refused for its node is
/// reported.
bool succeeded(Batch& batch, TreeRead& read, const MultiReadResult& result, TreeReply& reply) {
    if (result.successful()) {
        return true;
    }
    if (result.error() == Errc::no_node) {
        reply.absent = true;
        return false;
    }
    batch.caching->report(result.failure());
    batch.failed(read, CacheFailure::refused);
    return false;
}

/// Applies the results of a multi_read.
void apply_all(Batch& batch, MultiReadResults& results) {
    auto result = results.begin();
    for (auto& read : batch.reads) {
        TreeReply reply;
        if (has(read, read_kind::data)) {
            auto& found = *result++;
            if (succeeded(batch, read, found, reply)) {
                reply.node = std::move(found).node();
            }
        }
        if (has(read, read_kind::list)) {
            auto& found = *result++;
            if (read.node != no_slot && succeeded(batch, read, found, reply)) {
                reply.names = std::move(found).children();
                batch.caching->select(read.path, *reply.names);
            }
        }
        if (read.node != no_slot) {
            batch.apply(read, reply);
        }
    }
}

/// Reads data and lists of children in one request.
AsyncResult<void> read_together(std::shared_ptr<Batch> batch) {
    auto request = batch->caching->client().call([&](KazooClient& client) {
        auto reads = client.multi_read();
        for (const auto& read : batch->reads) {
            if (has(read, read_kind::data)) {
                reads.get(read.path);
            }
            if (has(read, read_kind::list)) {
                reads.get_children(read.path);
            }
        }
        return reads.read_async(batch->caching->request_options());
    });
    MultiReadResults results = co_await direct(std::move(request));
    apply_all(*batch, results);
}

/// The requests for one node.
class Single {
public:
    Single() {}
    AsyncResult<std::optional<ZnodeStat>> look;
    AsyncResult<NodeData> data;
    AsyncResult<ChildrenAndStat> list;
};

Single begin_single(KazooClient& client, const Caching& caching, const TreeRead& read) {
    Single single;
    const auto watcher = caching.watcher();
    const auto options = caching.request_options();
    if (has(read, read_kind::look)) {
        single.look = client.exists_async(read.path, watcher, options);
    }
    if (has(read, read_kind::data)) {
        single.data = client.get_async(read.path, watcher, options);
    }
    if (has(read, read_kind::list)) {
        single.list = client.get_children_with_stat_async(read.path, watcher, options);
    }
    return single;
}

/// Returns what the requests for one node have found. All of them are awaited, also if one fails.
AsyncResult<std::shared_ptr<TreeReply>> reply_of(std::shared_ptr<Single> single) {
    auto reply = std::make_shared<TreeReply>();
    std::exception_ptr failure;
    if (single->look.valid()) {
        const std::optional<ZnodeStat> stat = co_await direct(single->look);
        reply->absent = !stat;
        if (stat) {
            reply->node.emplace();
            reply->node->stat = *stat;
        }
        co_return reply;
    }
    try {
        if (single->data.valid()) {
            auto node = co_await direct(std::move(single->data));
            reply->node = std::move(node);
        }
    } catch (...) {
        failure = std::current_exception();
    }
    try {
        if (single->list.valid()) {
            auto list = co_await direct(std::move(single->list));
            reply->names = std::move(list.children);
            reply->list_stat = list.stat;
        }
    } catch (...) {
        if (!failure) {
            failure = std::current_exception();
        }
    }
    if (failure) {
        try {
            std::rethrow_exception(failure);
        } catch (const NoNodeError&) {
            reply->absent = true;
        }
    }
    co_return reply;
}

/// Reads stats, or sets watches, by one request for each. Applies what succeeds, and fails with the
/// first failure that does not concern a node alone.
AsyncResult<void> read_singly(std::shared_ptr<Batch> batch, std::uint64_t connects) {
    std::vector<AsyncResult<std::shared_ptr<TreeReply>>> replies;
    replies.reserve(batch->reads.size());
    static_cast<void>(batch->caching->client().call([&](KazooClient& client) {
        for (const auto& read : batch->reads) {
            auto single = std::make_shared<Single>(begin_single(client, *batch->caching, read));
            replies.push_back(reply_of(std::move(single)));
        }
        return AsyncResult<void>();
    }));
    for (std::size_t i = 0; i < replies.size(); ++i) {
        auto& read = batch->reads[i];
        std::exception_ptr failure;
        try {
            const auto reply = co_await direct(std::move(replies[i]));
            if (reply->names) {
                batch->caching->select(read.path, *reply->names);
            }
            batch->apply(read, *reply);
        } catch (...) {
            failure = std::current_exception();
        }
        if (failure) {
            batch->failed(read, batch->caching->on_failure(failure, 1, connects));
        }
    }
}

/// Carries out a batch of reads, and applies what they find. Does not fail.
AsyncResult<void> read_batch(std::shared_ptr<Batch> batch) {
    const auto caching = batch->caching;
    const auto connects = caching->connects();
    const bool singly = has(batch->reads.front(), read_kind::look) || caching->watches_by_node();
    std::exception_ptr failure;
    try {
        auto reading = singly ? read_singly(batch, connects) : read_together(batch);
        co_await direct(std::move(reading));
    } catch (...) {
        failure = std::current_exception();
    }
    if (!failure) {
        co_return;
    }
    const auto what = caching->on_failure(failure, batch->reads.size(), connects);
    for (auto& read : batch->reads) {
        if (read.node != no_slot) {
            batch->failed(read, what);
        }
    }
}

/// Ends the cache when its coroutine ends, also if it is destroyed because its loop was.
class Run {
public:
    explicit Run(std::shared_ptr<Caching> caching) noexcept : caching_(std::move(caching)) {}
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;
    ~Run() { caching_->end(WatchEnd::client_stopped); }

private:
    const std::shared_ptr<Caching> caching_;
};

AsyncResult<void> set_watch(std::shared_ptr<Caching> caching) {
    if (!caching->watches_by_node()) {
        try {
            auto adding = caching->add_watch();
            auto handle = co_await direct(std::move(adding));
            caching->watch_set(std::move(handle));
            co_return;
        } catch (const UnimplementedError&) {
            // A server before 3.6.
        }
    }
    caching->watch_by_node();
}

/// Carries out one step other than `end`.
AsyncResult<void> carry_out(std::shared_ptr<Caching> caching, CacheStep step) {
    if (step == CacheStep::create_root) {
        const auto creating = caching->create_root();
        co_await direct(creating);
        caching->root_created();
    } else if (step == CacheStep::watch) {
        const auto setting = set_watch(caching);
        co_await direct(setting);
    } else if (step == CacheStep::sync) {
        const auto syncing = caching->sync();
        try {
            co_await direct(syncing);
        } catch (const NotReadOnlyCallError&) {
            // A read-only server has nothing newer to offer.
        }
        caching->synced();
    } else if (step == CacheStep::read) {
        const auto batch = std::make_shared<Batch>(caching);
        batch->reads = caching->begin_batch();
        if (!batch->reads.empty()) {
            static_cast<void>(read_batch(batch));
        }
    }
}

AsyncResult<void> wait(std::shared_ptr<Caching> caching, CacheStep step) {
    if (step == CacheStep::wait) {
        const auto woken = caching->woken();
        co_await direct(woken);
        co_return;
    }
    try {
        const auto pause = caching->pause();
        co_await direct(pause);
    } catch (const CancelledError&) {
        // Something has happened that makes another try worthwhile.
    }
    if (step == CacheStep::deliver) {
        caching->listeners().deliver();
    }
}

AsyncResult<void> run(std::shared_ptr<Caching> caching) {
    const Run running(caching);
    TriesWithoutMemory without_memory;
    for (;;) {
        const auto step = caching->next_step();
        if (step == CacheStep::end) {
            co_return;
        }
        const bool waits =
            step == CacheStep::wait || step == CacheStep::pause || step == CacheStep::deliver;
        const auto connects = caching->connects();
        std::exception_ptr failure;
        try {
            const auto carried_out = waits ? wait(caching, step) : carry_out(caching, step);
            co_await direct(carried_out);
            if (waits) {
                without_memory.reset();  // not after a read, which may fail in the background
            }
        } catch (...) {
            failure = std::current_exception();
        }
        if (failure && !waits) {
            caching->on_failure(failure, 0, connects);
        } else if (failure && !without_memory.allows_another(failure)) {
            caching->end(WatchEnd::failed, error_from(failure));
        } else if (failure && step == CacheStep::deliver) {
            caching->delivery_failed();
        }
    }
}

}  // namespace

void begin_run(const std::shared_ptr<Caching>& caching) {
    const auto running = run(caching);
    if (running.ready() && !running.successful()) {
        throw std::bad_alloc();  // there was no memory for the coroutine
    }
}

}  // namespace kazoo::detail::recipe

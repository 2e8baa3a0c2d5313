// SPDX-License-Identifier: Apache-2.0
// Tens of thousands of watches: their restoration on the next connection, and their limit.
#include "codec/decoder.hpp"
#include "embedded_fixture.hpp"
#include "support/proxy.hpp"
#include "support/raw_client.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <ctime>
#include <iostream>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kazoo::embedded_tests {
namespace {

using testing_support::Proxy;
using testing_support::RawClient;

constexpr auto long_patience = 60s;
/// The paths of one frame need at most 128 KiB; headers and the lengths of lists come to this.
constexpr std::size_t frame_limit = (128 << 10) + 100;
/// jute.maxbuffer, unless it is configured: servers drop the connection on longer requests.
constexpr std::size_t usual_request_limit = 0xfffff;

std::chrono::nanoseconds cpu_time_of_process() {
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

double milliseconds_of(std::chrono::nanoseconds time) {
    return std::chrono::duration<double, std::milli>(time).count();
}

template <class Request>
std::size_t one_shot_paths(const Request& request) {
    return request.data_watches.size() + request.exist_watches.size() +
           request.child_watches.size();
}

/// Returns the number of paths in a request that restores watches.
std::size_t paths_in(codec::Opcode op, codec::Decoder& in) {
    if (op == codec::Opcode::set_watches) {
        codec::SetWatchesRequest request;
        return codec::decode(in, request) ? one_shot_paths(request) : 0;
    }
    codec::SetWatches2Request request;
    if (op != codec::Opcode::set_watches2 || !codec::decode(in, request)) return 0;
    return one_shot_paths(request) + request.persistent_watches.size() +
           request.persistent_recursive_watches.size();
}

/// The requests that restore watches among the bytes of one connection. Thread-safe.
class RestoringFrames {
public:
    void add(std::string_view bytes) {
        const std::lock_guard lock(mutex_);
        reader_.feed(std::as_bytes(std::span(bytes)));
        for (auto item = reader_.next(); item.kind == codec::FrameItem::Kind::frame;
             item = reader_.next()) {
            codec::Decoder in(item.bytes);
            codec::RequestHeader header;
            if (codec::decode(in, header) && header.xid == codec::set_watches_xid) {
                lengths_.push_back(item.bytes.size());
                paths_ += paths_in(header.type, in);
            }
        }
    }
    /// The next bytes are those of another connection.
    void reset() {
        const std::lock_guard lock(mutex_);
        reader_.reset();
        lengths_.clear();
        paths_ = 0;
    }
    std::vector<std::size_t> lengths() const {
        const std::lock_guard lock(mutex_);
        return lengths_;
    }
    std::size_t paths() const {
        const std::lock_guard lock(mutex_);
        return paths_;
    }

private:
    mutable std::mutex mutex_;
    codec::FrameReader reader_{codec::max_frame_length};  // guarded by mutex_
    std::vector<std::size_t> lengths_;                    // guarded by mutex_
    std::size_t paths_ = 0;                               // guarded by mutex_
};

// One-shot watches: of the data of the first nodes, of the children of the next, and of nodes that
// are missing. Then persistent and recursive watches in turn.
constexpr int data_watches = 10'000;
constexpr int nodes = 20'000;
constexpr int one_shot_watches = 50'000;
constexpr int all_watches = 54'000;
/// Those that the four-letter word `wchs` counts: it leaves out watches of children.
constexpr int counted_watches = all_watches - (nodes - data_watches);

std::string path_of(int number) {
    return "/services/production/instance-" + std::to_string(1'000'000 + number);
}

struct Counts {
    std::atomic<int> gaps{0};
    std::atomic<int> changes{0};
};

template <class T>
void complete(const std::vector<AsyncResult<T>>& results) {
    for (const auto& result : results) static_cast<void>(result.get(long_patience));
}

void create_nodes(KazooClient& zk) {
    zk.ensure_path("/services/production");
    std::vector<AsyncResult<std::string>> created;
    for (int i = 0; i < nodes; ++i) created.push_back(zk.create_async(path_of(i)));
    complete(created);
}

std::vector<WatchHandle> set_all_watches(KazooClient& zk, Counts& counts) {
    const Watcher watcher([&counts](const WatchedEvent& event) {
        ++(event.type == EventType::GAP ? counts.gaps : counts.changes);
    });
    std::vector<AsyncResult<NodeData>> data;
    std::vector<AsyncResult<std::vector<std::string>>> children;
    std::vector<AsyncResult<std::optional<ZnodeStat>>> missing;
    std::vector<AsyncResult<WatchHandle>> lasting;
    for (int i = 0; i < all_watches; ++i) {
        if (i < data_watches) {
            data.push_back(zk.get_async(path_of(i), watcher));
        } else if (i < nodes) {
            children.push_back(zk.get_children_async(path_of(i), watcher));
        } else if (i < one_shot_watches) {
            missing.push_back(zk.exists_async(path_of(i), watcher));
        } else {
            const auto mode = i % 2 == 0 ? WatchMode::persistent : WatchMode::persistent_recursive;
            lasting.push_back(zk.add_watch_async(path_of(i), mode, watcher));
        }
    }
    complete(data);
    complete(children);
    complete(missing);
    std::vector<WatchHandle> handles;
    for (auto& result : lasting) handles.push_back(std::move(result).get(long_patience));
    return handles;
}

void receive_replies(RawClient& client, int count) {
    codec::FrameReader reader(codec::max_frame_length);
    std::vector<std::byte> chunk(64 << 10);
    while (count > 0) {
        const auto got = ::recv(client.fd(), chunk.data(), chunk.size(), 0);
        if (got <= 0) throw std::runtime_error("no replies");
        reader.feed(std::span(chunk).first(static_cast<std::size_t>(got)));
        while (reader.next().kind == codec::FrameItem::Kind::frame) --count;
    }
}

/// Returns the CPU time of this process, with its server, while a program that writes encoded
/// frames and counts replies sets as many watches by exists requests.
std::chrono::nanoseconds cost_of_raw_exists(const Server& server) {
    constexpr int at_once = 1000;
    RawClient client(server.port());
    EXPECT_NE(client.connect(), 0);
    const auto before = cpu_time_of_process();
    for (int i = 0; i < all_watches; i += at_once) {
        base::Buffer out;
        for (int number = i; number < i + at_once; ++number) {
            codec::RequestHeader header;
            header.xid = number + 1;
            header.type = codec::Opcode::exists;
            const auto path = path_of(number);
            codec::append_frame(out, header, codec::ExistsRequest{path, true});
        }
        client.send({reinterpret_cast<const char*>(out.data()), out.size()});
        receive_replies(client, at_once);
    }
    return cpu_time_of_process() - before;
}

void expect_every_kind_to_fire(KazooClient& other, const Counts& counts) {
    other.set(path_of(0), "changed");
    other.create(path_of(data_watches) + "/child");
    other.create(path_of(nodes));
    other.create(path_of(one_shot_watches));
    other.create(path_of(one_shot_watches + 1));
    EXPECT_TRUE(becomes_true([&] { return counts.changes == 5; })) << counts.changes;
}

TEST(ManyWatches, TensOfThousandsAreRestoredInBoundedFrames) {
    Counts counts;
    RestoringFrames sent;
    Server server;
    Proxy proxy(server.port(), [&sent](std::string_view bytes) { sent.add(bytes); });
    StartedClient other(server.hosts());
    StartedClient zk(to(proxy.hosts()).timeout(30s));
    create_nodes(zk);
    const auto handles = set_all_watches(zk, counts);
    ASSERT_EQ(watches_on(other), counted_watches);
    const StateLog states(zk);
    proxy.cut();
    ASSERT_TRUE(states.wait_for(1));
    ASSERT_TRUE(becomes_true([&] { return watches_on(other) == 0; }));
    sent.reset();

    const auto used_before = cpu_time_of_process();
    proxy.restore();
    ASSERT_TRUE(states.wait_for(2));
    const auto back = std::chrono::steady_clock::now();
    zk.sync_async("/").get(long_patience);  // executed when the watches are set
    const auto waited = std::chrono::steady_clock::now() - back;
    const auto used = cpu_time_of_process() - used_before;
    EXPECT_EQ(watches_on(other), counted_watches);
    EXPECT_EQ(sent.paths(), static_cast<std::size_t>(all_watches));

    const auto frames = sent.lengths();
    ASSERT_FALSE(frames.empty());
    const auto longest = *std::max_element(frames.begin(), frames.end());
    EXPECT_LE(longest, frame_limit);
    EXPECT_LT(longest, usual_request_limit);
    const auto raw = cost_of_raw_exists(server);
    std::cout << all_watches << " watches restored in " << frames.size() << " frames of at most "
              << longest << " bytes, " << milliseconds_of(waited)
              << " ms after the client was connected again, in " << milliseconds_of(used)
              << " ms of CPU time; as many pipelined exists requests, encoded in advance: "
              << milliseconds_of(raw) << " ms\n";
    EXPECT_LT(used, 5 * raw) << "compared, because times differ between machines";

    EXPECT_TRUE(becomes_true([&] { return counts.gaps == all_watches - one_shot_watches; }));
    EXPECT_EQ(counts.changes, 0) << "nothing had changed";
    expect_every_kind_to_fire(other, counts);
}

TEST(ManyWatches, TheLimitCountsPathsNotHandles) {
    const auto nothing = [](const WatchedEvent&) {};
    Server server;
    ClientLimits limits;
    limits.watches = 3;
    StartedClient zk(to(server.hosts()).limits(limits));
    std::vector<WatchHandle> handles;
    for (int i = 0; i < 1000; ++i) {
        handles.push_back(zk.add_watch("/a", WatchMode::persistent, nothing));
    }
    handles.push_back(zk.add_watch("/a", WatchMode::persistent_recursive, nothing));
    auto last = zk.add_watch("/b", WatchMode::persistent, nothing);
    const auto error = thrown<TooManyWatchesError>([&] {
        zk.add_watch("/c", WatchMode::persistent, nothing).remove();
    });
    EXPECT_EQ(error.outcome(), Outcome::not_sent);
    EXPECT_NE(error.message().find("at most 3"), std::string::npos) << error.message();
    EXPECT_THROW(zk.get("/", nothing), TooManyWatchesError);
    EXPECT_TRUE(zk.add_watch("/b", WatchMode::persistent, nothing).active());
    EXPECT_EQ(watches_on(zk), 2) << "paths";
    last.remove();
    EXPECT_TRUE(zk.add_watch("/c", WatchMode::persistent, nothing).active());
}

}  // namespace
}  // namespace kazoo::embedded_tests

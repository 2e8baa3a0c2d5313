// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/session.hpp"
#include "top/path_activity.hpp"
#include "top/sampler.hpp"
#include "top/screen.hpp"
#include "top/snapshot.hpp"
#include "top/table.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tool {

struct TopOptions {
    std::string interval = "2s";
    std::optional<std::string> paths;
    std::optional<std::int64_t> rows;
    std::optional<std::int64_t> count;
    bool once = false;
    bool no_clients = false;
};

/// Shows the servers of --servers: on a full screen, which is drawn again whenever a server has
/// answered, so that slow ones delay nothing; else as snapshots, which are written when all servers
/// have answered or failed. Everything happens in one thread, in the loop of `run`.
class Top {
public:
    /// Throws UsageError if the options are malformed. The references must outlive the object.
    Top(Session& session, const TopOptions& options);
    Top(const Top&) = delete;
    Top& operator=(const Top&) = delete;

    /// Returns after --count snapshots, a key or a signal. Sets the exit code of the session.
    void run();

private:
    void show();
    void watch_signals();
    void on_signal(int number);
    void read_keys();
    void tick();
    void begin_round();
    void sampled();
    [[nodiscard]] Snapshot snapshot() const;
    void write_snapshot();
    void draw();

    Session* session_;
    const TopOptions* options_;
    std::chrono::milliseconds interval_;
    std::size_t rows_;
    std::optional<std::int64_t> count_;
    // Shared with callbacks of results, which may still be leaving it.
    std::shared_ptr<boost::asio::io_context> loop_;
    boost::asio::signal_set signals_;
    // From here on; what was requested before counts as SIGINT.
    Interrupt::Ignored ignored_;
    boost::asio::steady_timer timer_;
    std::vector<std::shared_ptr<ServerSampler>> samplers_;
    std::unique_ptr<PathActivity> activity_;  // null: without --paths
    std::optional<ActivityReport> report_;
    std::optional<Screen> screen_;  // none: snapshots are written
    std::optional<boost::asio::posix::stream_descriptor> keys_;
    std::uint64_t round_ = 0;  // of snapshots
    std::uint64_t written_round_ = 0;
    bool is_late_ = false;  // the interval has passed before the snapshot was written
    int signal_ = 0;        // that has ended the loop
};

}  // namespace tool

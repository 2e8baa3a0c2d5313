// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/unique_function.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <system_error>

namespace kazoo::transport {

/// One lookup of a host name. The system's resolver cannot be interrupted and may take minutes, so
/// each name is looked up on a separate thread, and no name waits for another. All lookups of the
/// same name in a process share one thread and its answer, so there are at most as many threads as
/// names being looked up, however many clients there are.
///
/// Used on one executor; only Asker is used by the lookup threads.
class NameLookup : public std::enable_shared_from_this<NameLookup> {
public:
    using Addresses = boost::asio::ip::tcp::resolver::results_type;
    using Done = UniqueFunction<void(std::error_code, const Addresses&)>;

    /// Maximum number of names that a process looks up at a time, each on a thread. Far more than
    /// the connect strings of one program contain.
    static constexpr std::size_t limit = 1024;

    NameLookup(boost::asio::any_io_executor executor, Done done);
    /// `done` is not called any more. A thread that is under way ends when the resolver returns.
    ~NameLookup();
    NameLookup(const NameLookup&) = delete;
    NameLookup& operator=(const NameLookup&) = delete;

    /// Calls `done` on the executor, once and never inside this call. Fails with
    /// `resource_unavailable_try_again` if the limit is reached, or with the error that prevented a
    /// thread from being started.
    void start(const std::string& host);
    /// Returns whether `done` has been called.
    [[nodiscard]] bool finished() const noexcept { return finished_.load(); }

private:
    struct Asker;
    class PendingLookups;

    void finish(std::error_code error, const Addresses& addresses);

    const std::shared_ptr<Asker> asker_;
    Done done_;
    std::atomic<bool> finished_{false};
};

}  // namespace kazoo::transport

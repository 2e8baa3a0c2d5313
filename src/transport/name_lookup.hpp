#pragma once

#include <kazoo/unique_function.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <system_error>

namespace kazoo::transport {

/// One client's wish for the addresses of a name. The system's resolver cannot be interrupted and
/// may take minutes, so each name is looked up on a thread of its own, and other names never wait
/// for it. Everyone in the process who asks for a name that is being looked up gets the same
/// answer: there are as many threads as there are slow names, however many clients wait for them.
///
/// Used on one executor, apart from the answer's way to it.
class NameLookup : public std::enable_shared_from_this<NameLookup> {
public:
    using Addresses = boost::asio::ip::tcp::resolver::results_type;
    using Done = UniqueFunction<void(std::error_code, const Addresses&)>;

    /// Different names that this process looks up at a time. Each is a thread, so there must be a
    /// limit; it is far beyond what the connect strings of one program contain.
    static constexpr std::size_t limit = 1024;

    NameLookup(boost::asio::any_io_executor executor, Done done);
    /// The answer is not wanted any more; a look-up that is under way ends by itself.
    ~NameLookup();
    NameLookup(const NameLookup&) = delete;
    NameLookup& operator=(const NameLookup&) = delete;

    /// Calls `done` on the executor, once and never inside this call. Fails with
    /// `resource_unavailable_try_again` at the limit, or with what prevented a thread.
    void start(const std::string& host);
    /// Whether `done` has been called.
    [[nodiscard]] bool finished() const noexcept { return finished_.load(); }

private:
    struct Asker;
    class Desk;

    void finish(std::error_code error, const Addresses& addresses);

    const std::shared_ptr<Asker> asker_;
    Done done_;
    std::atomic<bool> finished_{false};
};

}  // namespace kazoo::transport

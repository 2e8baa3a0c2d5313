#pragma once

#include <kazoo/unique_function.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <string>

namespace kazoo::transport {

/// The look-up of one name, on a thread of its own: the system's resolver cannot be interrupted and
/// may take minutes, which neither other names nor the end of a client should have to wait for.
/// Apart from its thread it is used on one executor.
class NameLookup : public std::enable_shared_from_this<NameLookup> {
public:
    using Addresses = boost::asio::ip::tcp::resolver::results_type;
    using Done = UniqueFunction<void(boost::system::error_code, const Addresses&)>;

    /// Look-ups under way at a time in this process; more fail with `try_again`.
    static constexpr int limit = 64;

    NameLookup(boost::asio::any_io_executor executor, std::string host);
    ~NameLookup();
    NameLookup(const NameLookup&) = delete;
    NameLookup& operator=(const NameLookup&) = delete;

    [[nodiscard]] const std::string& host() const noexcept;
    /// Whether the answer, or the failure, has been delivered.
    [[nodiscard]] bool finished() const noexcept { return finished_; }
    void start();
    /// Calls `done` on the executor, never at once, instead of who waited before. Waiters are
    /// forgotten by `forget` and when this is destroyed.
    void wait(Done done) { done_ = std::move(done); }
    void forget() { done_ = nullptr; }

private:
    struct Question;

    void finish(boost::system::error_code error, const Addresses& addresses);

    std::shared_ptr<Question> question_;
    Done done_;
    bool finished_ = false;
};

}  // namespace kazoo::transport

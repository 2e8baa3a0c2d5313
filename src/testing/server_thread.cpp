// SPDX-License-Identifier: Apache-2.0
#include "testing/server_thread.hpp"

#include "base/signal_masked_thread.hpp"
#include "security/digest.hpp"
#include "testing/address.hpp"
#include "testing/security_options.hpp"
#include "testing/server_thread_options.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/testing/server_control.hpp>

#include <boost/asio/post.hpp>

#include <condition_variable>
#include <exception>
#include <mutex>

namespace kazoo::testing {

void require_listening(const boost::system::error_code& error, const std::string& address) {
    if (error == boost::asio::error::address_in_use) {
        throw AddressInUseError(
            Error(error, Outcome::not_sent, "listen", {}, "address already in use: " + address)
        );
    }
    if (error) {
        throw ListenError(
            Error(error, Outcome::not_sent, "listen", {}, "cannot listen on " + address)
        );
    }
}

ServerThread::ServerThread(const ServerOptions& options, std::size_t servers, bool replicas)
    : work_(io_.get_executor()),
      database_(database_options(options)),
      loop_(io_.get_executor(), database_) {
    base::prepare_digests();  // before the thread starts, which computes digests
    const auto tls = tls_of(options);
    const auto sasl_users = sasl_users_of(options);
    auto endpoint = resolve_address(options.listen());
    for (std::size_t i = 0; i < servers; ++i) {
        auto& place = places_.emplace_back(loop_, tls);
        require_listening(place.listener.bind(endpoint), to_string(endpoint));
        place.hosts = to_string(place.listener.endpoint());
        place.port = place.listener.endpoint().port();
        auto settings = node_options(options, place.hosts, i, replicas);
        settings.sasl_users = sasl_users;
        place.server_node.emplace(database_, std::move(settings));
        place.listener.attach(*place.server_node);
        if (endpoint.port() != 0) {  // the servers of an ensemble have consecutive ports
            endpoint.port(static_cast<std::uint16_t>(endpoint.port() + 1));
        }
    }
    for (auto& place : places_) {
        require_listening(place.listener.start(), place.hosts);
    }
    boost::asio::post(io_, [this] { loop_.pump(); });  // sets the first deadline
    thread_ = base::start_masked_thread("kazoo-server", [this] { serve(); });
}

ServerThread::~ServerThread() {
    end();
}

/// Handlers are expected to throw std::bad_alloc only. The input that caused it is lost; other
/// clients are still served.
void ServerThread::serve() noexcept {
    for (;;) {
        try {
            io_.run();
            return;
        } catch (const std::exception&) {
            continue;
        }
    }
}

void ServerThread::end() noexcept {
    if (!thread_.joinable()) {
        return;
    }
    boost::asio::post(io_, [this] {
        for (auto& place : places_) {
            place.listener.stop();
        }
        loop_.stop();
        work_.reset();  // run() returns when the cancelled handlers have run
    });
    thread_.join();
}

void ServerThread::run(const std::function<void()>& task) {
    if (in_forked_child()) {
        throw_error(Error(ClientErrc::forked, Outcome::not_sent, "server"));
    }
    if (!thread_.joinable()) {
        throw_error(Error(ClientErrc::configuration, Outcome::not_sent, "server")
                        .detail("the server has been destroyed"));
    }
    std::mutex mutex;
    std::condition_variable finished;
    bool done = false;
    std::exception_ptr failure;
    boost::asio::post(io_, [&] {
        try {
            task();
            loop_.pump();
        } catch (...) {
            failure = std::current_exception();
        }
        // Notifies under the lock: the waiter destroys both as soon as it sees `done`.
        const std::lock_guard lock(mutex);
        done = true;
        finished.notify_one();
    });
    std::unique_lock lock(mutex);
    finished.wait(lock, [&] { return done; });
    if (failure) {
        std::rethrow_exception(failure);
    }
}

}  // namespace kazoo::testing

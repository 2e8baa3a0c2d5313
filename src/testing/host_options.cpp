#include "testing/host_options.hpp"

#include "base/descriptors.hpp"

#include <kazoo/errors.hpp>
#include <kazoo/exceptions.hpp>

#include <boost/system/system_error.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace kazoo::testing {
namespace {

[[noreturn]] void refuse(std::string why) {
    throw ConfigurationError(
        Error(ClientErrc::configuration).operation("listen").detail(std::move(why))
    );
}

/// The turn of one connection; handling that many small requests takes well below a millisecond.
constexpr std::size_t turn_requests = 256;
constexpr std::size_t turn_output = std::size_t{128} * 1024;

std::int64_t steady_ms() noexcept {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

server::ProcessFigures process_figures() noexcept {
    return {base::count_descriptors(), base::most_descriptors()};
}

server::Profile profile_of(Release release) {
    server::Profile profile;
    const auto set = [&](int minor, int patch) {
        profile.minor = minor;
        profile.patch = patch;
    };
    switch (release) {
        case Release::zookeeper_3_4:
            set(4, 14);
            break;
        case Release::zookeeper_3_5:
            set(5, 10);
            break;
        case Release::zookeeper_3_6:
            set(6, 4);
            break;
        case Release::zookeeper_3_7:
            set(7, 2);
            break;
        case Release::zookeeper_3_8:
            set(8, 4);
            break;
        case Release::zookeeper_3_9:
            break;  // the default of Profile
        case Release::clickhouse_keeper:
            profile.keeper = true;
            break;
    }
    return profile;
}

}  // namespace

server::StateOptions state_options(const ServerOptions& options) {
    if (options.tick().count() < 1) {
        refuse("the tick is shorter than a millisecond");
    }
    if (options.min_session_timeout().count() < 0 || options.max_session_timeout().count() < 0) {
        refuse("a session timeout is negative");
    }
    if (options.reaper_interval().count() < 0) {
        refuse("the reaper interval is negative");
    }
    if (options.first_zxid() < 0) {
        refuse("the first zxid is negative");
    }
    server::StateOptions state;
    state.profile = profile_of(options.release());
    state.tick_ms = options.tick().count();
    state.min_session_timeout_ms = options.min_session_timeout().count();
    state.max_session_timeout_ms = options.max_session_timeout().count();
    state.ttl_nodes = options.ttl_nodes();
    state.reaper_interval_ms = options.reaper_interval().count();
    state.super_digest = options.super_digest();
    state.first_zxid = options.first_zxid();
    state.enforce_quota = options.enforce_quota();
    return state;
}

server::MemberOptions member_options(
    const ServerOptions& options, const std::string& address, std::size_t number, bool replica
) {
    server::MemberOptions member;
    member.max_frame = options.max_request_bytes();
    member.max_output = options.max_unsent_bytes();
    member.pause_output = std::min(member.pause_output, member.max_output / 2);
    member.max_connections = options.max_connections();
    member.client_address = address;
    member.server_id = replica ? static_cast<std::int64_t>(number) + 1 : 0;
    member.replica = replica;
    member.takeover_closes_first = options.takeover_closes_first();
    member.turn_requests = turn_requests;
    member.turn_output = turn_output;
    member.steady_ms = steady_ms;
    member.process = process_figures;
    return member;
}

std::shared_ptr<server::ListenerTls> tls_of(const ServerOptions& options) {
    const auto& certificate = options.tls_certificate();
    const auto& key = options.tls_key();
    if (certificate.empty() && key.empty()) {
        return nullptr;
    }
    if (certificate.empty() || key.empty()) {
        refuse("TLS takes both a certificate and its key");
    }
    try {
        return server::make_listener_tls(certificate, key);
    } catch (const boost::system::system_error& error) {
        refuse(error.what());
    }
}

}  // namespace kazoo::testing

// SPDX-License-Identifier: Apache-2.0
// The description of a client for people who look into it. Copied under the driver's mutex, written
// without it. It contains no password, no credentials and no data.
#include "client/core.hpp"
#include "client/hexadecimal.hpp"
#include "session/picture.hpp"
#include "values/text.hpp"

#include <algorithm>
#include <cstdio>

namespace kazoo::detail::client {
namespace {

using session::SessionPicture;

constexpr std::size_t most_requests = 20;
constexpr std::size_t most_paths = 50;

std::string seconds(Duration duration) {
    char text[40];
    const std::chrono::duration<double> length = duration;
    std::snprintf(text, sizeof text, "%.3f s", std::max(length.count(), 0.0));
    return text;
}

const char* kind_name(session::WatchKind kind) {
    switch (kind) {
        case session::WatchKind::data:
            return "data";
        case session::WatchKind::exist:
            return "existence";
        case session::WatchKind::child:
            return "children";
        case session::WatchKind::persistent:
            return "persistent";
        case session::WatchKind::recursive:
            break;
    }
    return "persistent, recursive";
}

/// Returns "  and 3 more", or nothing if all are shown.
std::string left_out(std::size_t all, std::size_t shown) {
    return all > shown ? "  and " + std::to_string(all - shown) + " more\n" : std::string();
}

/// Writes the lines of one dump.
class Dump {
public:
    Dump(const SessionPicture& picture, const Chroot& chroot, TimePoint now)
        : picture_(picture), chroot_(chroot), now_(now) {}

    void session() {
        line("state: " + std::string(to_string(picture_.state)));
        const bool known = picture_.session_id != 0;
        line(
            "session: " + (known ? hexadecimal(picture_.session_id) + ", timeout " +
                                       std::to_string(picture_.timeout.count()) + " ms"
                                 : std::string("none"))
        );
        line("server: " + (picture_.server.empty() ? std::string("none") : picture_.server));
        line("last zxid: " + hexadecimal(picture_.last_zxid));
        std::string ping = "none on this connection";
        if (picture_.ping_sent) {
            ping = ago(*picture_.ping_sent) + ", ";
            ping += picture_.ping_round_trip
                        ? "answered after " + seconds(*picture_.ping_round_trip)
                        : std::string("not answered yet");
        }
        line("last ping: " + ping);
    }
    void requests() {
        line(
            "requests: " + std::to_string(picture_.in_flight) + " in flight, " +
            std::to_string(picture_.queued) + " queued"
        );
        for (const auto& request : picture_.requests) {
            line(
                "  xid " + std::to_string(request.xid) + " " + operation(request) + ", " +
                (request.sent ? "in flight" : "queued") + ", called " + ago(request.issued)
            );
        }
        text_ += left_out(picture_.in_flight + picture_.queued, picture_.requests.size());
    }
    void watches() {
        line("watches: " + std::to_string(picture_.watches));
        for (const auto& watched : picture_.paths) {
            line(
                "  " + base::printable(chroot_.strip(watched.path)) + " (" +
                kind_name(watched.kind) + "), functions: " + std::to_string(watched.functions)
            );
        }
        text_ += left_out(picture_.watched_paths, picture_.paths.size());
    }
    void history() {
        line(picture_.history.empty() ? "connections: none yet" : "connections, latest last:");
        for (const auto& one : picture_.history) {
            const auto times =
                one.times > 1 ? " (" + std::to_string(one.times) + " times)" : std::string();
            line("  " + ago(one.when) + ": " + one.server + ": " + one.what + times);
        }
    }
    void lanes(const LaneProbe& probe) {
        for (std::size_t i = 0; i < lane_count; ++i) {
            const auto lane = static_cast<Lane>(i);
            const auto times = probe.of(lane, now_);
            if (times.wait.count() == 0 && times.waiting.count() == 0) {
                continue;
            }
            auto text = "lane " + std::string(to_string(lane)) + ": wait " +
                        seconds(times.wait.quantile(0.5)) + " (median), " +
                        seconds(times.wait.max()) + " at most";
            if (times.waiting.count() > 0) {
                text += ", " + seconds(times.waiting) + " now";
            }
            line(text);
        }
    }
    void line(const std::string& text) { text_.append(text).append("\n"); }
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    [[nodiscard]] std::string ago(TimePoint when) const { return seconds(now_ - when) + " ago"; }
    [[nodiscard]] std::string operation(const SessionPicture::Request& request) const {
        const std::string name(codec::name(request.op));
        if (!request.owner) {
            return name + " (nothing waits for it)";
        }
        if (const auto* const watch = dynamic_cast<const WatchRequest*>(request.owner.get())) {
            return name + " " + base::printable(chroot_.strip(watch->path()));
        }
        // All other owners of a client's requests are its operations.
        Error described;
        static_cast<const ResultStateBase&>(*request.owner).describe(described);
        auto text = std::string(described.operation());
        if (!described.path().empty()) {
            text += " " + base::printable(described.path());
        }
        return text;
    }

    const SessionPicture& picture_;
    const Chroot& chroot_;
    const TimePoint now_;
    std::string text_;
};

}  // namespace

std::string Core::dump() const {
    if (in_forked_child()) {
        return "This client belongs to the parent process.\n";
    }
    const auto picture = driver_.look([](const session::Session& session) {
        return session.picture(most_requests, most_paths);
    });
    Dump dump(picture, chroot_, handler_->now());
    if (!options_.client_name().empty()) {
        dump.line("client: " + base::printable(options_.client_name()));
    }
    dump.session();
    if (!chroot_.empty()) {
        dump.line("chroot: " + chroot_.prefix());
    }
    dump.requests();
    dump.watches();
    dump.history();
    dump.lanes(*lane_probe_);
    dump.line(
        "callbacks waiting: " + std::to_string(handler_->backlog()) + " (" +
        std::to_string(handler_->backlog_bytes()) + " bytes)"
    );
    return dump.text();
}

}  // namespace kazoo::detail::client

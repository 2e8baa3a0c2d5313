// SPDX-License-Identifier: Apache-2.0
#include "ui/api/routes.hpp"

#include "cli/exit_code.hpp"
#include "output/text.hpp"

#include <kazoo/exceptions.hpp>

#include <algorithm>
#include <iterator>

namespace tool::ui {
namespace {

struct Route {
    const char* method;
    const char* path;
    Answer (*function)(SharedContext, Request);
    bool writes;
};

constexpr Route routes[] = {
    {"GET", "/api/status", get_status, false},
    {"GET", "/api/children", get_children, false},
    {"GET", "/api/node", get_node, false},
    {"POST", "/api/stats", post_stats, false},
    {"GET", "/api/sessions", get_sessions, false},
    {"PUT", "/api/mode", put_mode, false},
    {"PUT", "/api/node", put_node, true},
    {"POST", "/api/node", post_node, true},
    {"DELETE", "/api/node", delete_node, true},
    {"PUT", "/api/acl", put_acl, true},
};

const Route& route_of(const Request& request) {
    bool path_exists = false;
    for (const Route& route : routes) {
        const bool same_path = request.head.target.path == route.path;
        if (same_path && request.head.method == route.method) {
            return route;
        }
        path_exists = path_exists || same_path;
    }
    if (path_exists) {
        throw HttpError(405, "method", "this method is not allowed here");
    }
    throw HttpError(404, "no_route", "there is no such address");
}

int status_of(const kazoo::Error& error) {
    using kazoo::ClientErrc;
    using kazoo::Condition;
    using kazoo::Errc;
    const std::error_code& code = error.code();
    if (code == Errc::no_node) {
        return 404;
    }
    if (code == Errc::no_auth) {
        return 403;
    }
    if (code == Errc::bad_version || code == Errc::node_exists || code == Errc::not_empty ||
        code == Errc::no_children_for_ephemerals) {
        return 409;
    }
    if (code == Errc::bad_arguments || code == Errc::invalid_acl) {
        return 400;
    }
    if (code == ClientErrc::request_too_large) {
        return 413;
    }
    const bool temporary = code == Condition::retryable || code == Condition::session_lost ||
                           code == Condition::timeout || code == ClientErrc::cancelled;
    return temporary ? 503 : 502;
}

Reply reply_to(const kazoo::Error& error) {
    Reply reply = json_reply(error_json(error));
    reply.status = status_of(error);
    return reply;
}

void check_mode(const Context& context, const Route& route) {
    if (route.writes && context.read_only) {
        throw HttpError(
            403,
            "read_only",
            context.writes_allowed ? "the page is in read-only mode; switch it off first"
                                   : "kazoo ui was started without --allow-writes"
        );
    }
}

}  // namespace

Answer answer(SharedContext context, Request request) {
    try {
        const Route& route = route_of(request);
        check_mode(*context, route);
        const Answer answering = route.function(context, std::move(request));
        co_return co_await answering;
    } catch (const HttpError& error) {
        co_return error_reply(error.status(), error.code(), error.what());
    } catch (const Failure& failure) {
        co_return error_reply(400, "malformed", failure.what());
    } catch (const kazoo::KazooException& exception) {
        co_return reply_to(exception.error());
    }
}

Reply json_reply(const JsonObject& object) {
    return {200, "application/json", object.text()};
}

const std::string& parameter(const Request& request, const std::string& name) {
    const auto& query = request.head.target.query;
    const auto found = query.find(name);
    if (found == query.end()) {
        throw HttpError(400, "malformed", "the parameter " + name + " is missing");
    }
    return found->second;
}

JsonObject stat_json(const kazoo::ZnodeStat& stat) {
    JsonObject object;
    object.add("czxid", hex_text(stat.czxid))
        .add("mzxid", hex_text(stat.mzxid))
        .add("pzxid", hex_text(stat.pzxid))
        .add("created", time_text(stat.ctime))
        .add("modified", time_text(stat.mtime))
        .add("version", stat.version)
        .add("cversion", stat.cversion)
        .add("aversion", stat.aversion)
        .add("ephemeralOwner", stat.ephemeral_owner == 0 ? "" : hex_text(stat.ephemeral_owner))
        .add("dataLength", stat.data_length)
        .add("numChildren", stat.num_children);
    return object;
}

JsonObject error_json(const kazoo::Error& error) {
    JsonObject object;
    object.add("code", kazoo::error_name(error.code())).add("error", error.message());
    return object;
}

}  // namespace tool::ui

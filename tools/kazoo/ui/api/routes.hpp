// SPDX-License-Identifier: Apache-2.0
/// The JSON API of `kazoo ui`. Every function is a route; it throws HttpError, or errors of the
/// client, which `answer` turns into replies.
#pragma once

#include "ui/api/context.hpp"
#include "ui/http/message.hpp"
#include "ui/json_text.hpp"

#include <kazoo/async_result.hpp>

namespace tool::ui {

using Answer = kazoo::AsyncResult<Reply>;

/// Handles a request of the API. Never fails but for lack of memory.
Answer answer(SharedContext context, Request request);

// Reads.
/// The servers, the state of the session and the modes.
Answer get_status(SharedContext context, Request request);
/// A page of the names of children, sorted: path, after, limit, contains.
Answer get_children(SharedContext context, Request request);
/// The data, stat and ACL of a node: path.
Answer get_node(SharedContext context, Request request);
/// The stats of nodes: {"paths": [...]}.
Answer post_stats(SharedContext context, Request request);
/// The sessions that are known, with their ephemeral nodes. They come from the four-letter word
/// dump or, if the server does not allow it, or with the parameter `search`, from reading the tree.
Answer get_sessions(SharedContext context, Request request);

// Writes: refused in read-only mode.
/// {"path", "data", "encoding", "version"}
Answer put_node(SharedContext context, Request request);
/// {"path", "data", "encoding", "sequence", "parents"}
Answer post_node(SharedContext context, Request request);
/// {"path", "acl": ["scheme:id:cdrwa", ...], "version"}, which is that of the ACL
Answer put_acl(SharedContext context, Request request);
/// path, version
Answer delete_node(SharedContext context, Request request);

/// {"read_only"}: switches the mode, for all pages.
Answer put_mode(SharedContext context, Request request);

// What the routes share.
/// Returns 200 with the object.
Reply json_reply(const JsonObject& object);
/// Returns a parameter of the query; throws HttpError 400 if it is missing.
const std::string& parameter(const Request& request, const std::string& name);
/// Returns a stat with 64-bit numbers as texts, because JavaScript would round them.
JsonObject stat_json(const kazoo::ZnodeStat& stat);
/// Returns {"code", "error"} of an error of the client.
JsonObject error_json(const kazoo::Error& error);

}  // namespace tool::ui

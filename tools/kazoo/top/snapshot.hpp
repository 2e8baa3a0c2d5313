// SPDX-License-Identifier: Apache-2.0
/// What `top` shows at one time, and its forms: lines of text and JSON.
#pragma once

#include "output/json.hpp"
#include "top/path_activity.hpp"
#include "top/sampler.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace tool {

struct Snapshot {
    std::string time;  ///< as of time_text
    std::vector<ServerSample> servers;
    bool with_clients = false;
    std::optional<ActivityReport> activity;  ///< with --paths
};

/// A client connection and the server that has it.
struct ClientOf {
    const std::string* server;
    const SampledClient* client;
};
/// Returns the connections of all servers, the busiest first, `most` at most.
std::vector<ClientOf> busiest_clients(const Snapshot& snapshot, std::size_t most);

/// A line of text and its colour, as in Output::coloured, or null.
struct ViewLine {
    std::string text;
    const char* colour = nullptr;
};
/// Returns the snapshot as lines of at most `width` characters. `rows`: the most clients, and the
/// most paths, that are shown. Control characters are shown as \xNN.
std::vector<ViewLine> view(const Snapshot& snapshot, std::size_t rows, std::size_t width);

/// Returns the snapshot as one object. `rows`: as above.
Json to_json(const Snapshot& snapshot, std::size_t rows);

}  // namespace tool

// SPDX-License-Identifier: Apache-2.0
#include "first_steps.hpp"

#include "requests.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace kazoo::differential {
namespace {

using codec::Opcode;

/// Largest frame under the default jute.maxbuffer.
constexpr std::size_t largest_frame = 0xfffff;
constexpr std::size_t request_header_size = 8;

class Writer {
public:
    explicit Writer(Script& script) : script_(script) {
        Step step;
        step.kind = Step::Kind::connect;
        step.alone = true;
        script_.steps.push_back(step);
    }

    Step& add(Opcode op, std::string body, bool closes = false) {
        Step step;
        step.op = op;
        step.body = std::move(body);
        step.alone = step.closes = closes;
        return script_.steps.emplace_back(std::move(step));
    }

    void authenticate(std::string_view credential) {
        codec::AuthRequest request;
        request.scheme = "digest";
        request.auth = {credential};
        Step& step = add(Opcode::auth, bytes_of(request));
        step.xid = codec::auth_xid;
        step.alone = true;
    }

    void look(std::string_view path) {
        codec::ExistsRequest request;
        request.path = path;
        for (const auto op : {Opcode::exists, Opcode::get_data, Opcode::get_children2}) {
            add(op, bytes_of(request));
        }
        codec::GetAclRequest acl;
        acl.path = path;
        add(Opcode::get_acl, bytes_of(acl));
    }

    void create(std::string_view path, std::string_view data) {
        codec::CreateRequest request;
        request.path = path;
        request.data = data;
        request.acl = open_acl_unsafe();
        add(Opcode::create2, bytes_of(request));
    }

    void set(std::string_view path, std::string_view data) {
        codec::SetDataRequest request;
        request.path = path;
        request.data = data;
        add(Opcode::set_data, bytes_of(request));
    }

    void remove(std::string_view path) {
        codec::DeleteRequest request;
        request.path = path;
        add(Opcode::delete_, bytes_of(request));
    }

private:
    Script& script_;
};

void what_is_there(Writer& to) {
    for (const auto* path : {"/", "", "/zookeeper", "/zookeeper/quota", "/zookeeper/config"}) {
        to.look(path);
        to.remove(path);
        to.create(path, "");
    }
    to.set("/zookeeper/config", "x");
    to.set("", "x");
}

void quotas(Writer& to) {
    const std::string root(root_placeholder);
    const auto quota = "/zookeeper/quota" + root;
    to.create(root + "/before", "1234");
    to.create(quota, "");
    to.create(quota + "/zookeeper_limits", "count=5,bytes=100");
    to.create(quota + "/zookeeper_stats", "count=0,bytes=0");
    to.look(quota + "/zookeeper_stats");
    to.create(root + "/after", "123456");
    to.look(quota + "/zookeeper_stats");
    to.set(root + "/after", "1");
    to.look(quota + "/zookeeper_stats");
    to.remove(root + "/before");
    to.look(quota + "/zookeeper_stats");
    to.look(quota + "/zookeeper_limits");
    to.remove(quota + "/zookeeper_limits");
    to.remove(quota + "/zookeeper_stats");
    to.remove(quota);
    to.look("/zookeeper/quota");
}

void large_frames(Writer& to) {
    const std::string path = std::string(root_placeholder) + "/large";
    to.create(path, "");
    codec::SetDataRequest request;
    request.path = path;
    request.data = "";
    const auto room = largest_frame - request_header_size - bytes_of(request).size();
    std::string data(room, 'x');
    to.set(path, data);
    to.look(path);
    data += 'x';
    request.data = data;
    to.add(Opcode::set_data, bytes_of(request), true);
}

std::string below_root(std::string_view name) {
    return std::string(root_placeholder) + '/' + std::string(name);
}

/// Containers and nodes with a time to live, which a server may refuse.
void kinds_of_nodes(Writer& to, const server::Profile& profile) {
    if (profile.supports(Opcode::create_container)) {
        codec::CreateRequest container;
        const auto path = below_root("container");
        container.path = path;
        container.data = "c";
        container.acl = open_acl_unsafe();
        container.flags = 4;
        to.add(Opcode::create_container, bytes_of(container));
        to.look(path);
        to.create(path + "/child", "");
        to.remove(path + "/child");
        to.look(path);
        to.remove(path);
    }
    if (!profile.supports(Opcode::create_ttl)) {
        return;
    }
    for (const std::int64_t ttl : {1'000'000'000L, 0L, -1L, 0xff'ffff'ffffL, 1L << 40}) {
        for (const std::int32_t flags : {5, 6}) {
            const auto path = below_root("ttl-" + std::to_string(flags));
            codec::CreateTtlRequest request;
            request.path = path;
            request.data = "t";
            request.acl = open_acl_unsafe();
            request.flags = flags;
            request.ttl_ms = ttl;
            to.add(Opcode::create_ttl, bytes_of(request));
            to.look(path);
            to.remove(path);
        }
    }
}

/// Each mode of watch, asked for, fired, checked and removed by each type.
void lasting_watches(Writer& to, const server::Profile& profile) {
    if (!profile.supports(Opcode::add_watch)) {
        return;
    }
    const auto path = below_root("watched");
    to.create(path, "");
    for (const std::int32_t mode : {0, 1}) {
        for (const std::int32_t type : {1, 2, 3, 4, 5}) {
            codec::AddWatchRequest add;
            add.path = path;
            add.mode = mode;
            to.add(Opcode::add_watch, bytes_of(add));
            to.set(path, "x");
            to.create(path + "/a", "");
            to.create(path + "/a/b", "");
            codec::RemoveWatchesRequest which;
            which.path = path;
            which.watcher_type = type;
            if (profile.at_least(9)) {  // see check_of_others
                to.add(Opcode::check_watches, bytes_of(which));
            }
            to.add(Opcode::remove_watches, bytes_of(which));
            to.remove(path + "/a/b");
            to.remove(path + "/a");
            to.add(Opcode::remove_watches, bytes_of(which));
        }
    }
    to.remove(path);
}

void multi_reads(Writer& to, const server::Profile& profile) {
    if (!profile.supports(Opcode::multi_read)) {
        return;
    }
    const auto path = below_root("read");
    to.create(path, "1");
    to.create(path + "/child", "2");
    const auto missing = below_root("missing");
    codec::MultiRequest request;
    for (const std::string_view each : {std::string_view(path), std::string_view(missing)}) {
        request.ops.push_back({Opcode::get_data, codec::GetDataRequest{each}});
        request.ops.push_back({Opcode::get_children, codec::GetChildrenRequest{each}});
    }
    to.add(Opcode::multi_read, bytes_of(request));
    to.add(Opcode::multi_read, bytes_of(codec::MultiRequest{}));
    to.remove(path + "/child");
    to.remove(path);
}

/// What a server says of a session, a subtree and the ensemble.
void questions(Writer& to, const server::Profile& profile) {
    codec::CreateRequest own;
    const auto path = below_root("own");
    own.path = path;
    own.data = "";
    own.acl = open_acl_unsafe();
    own.flags = 1;
    to.add(Opcode::create, bytes_of(own));
    const std::string root(root_placeholder);
    for (const auto& each : {root, root + "/o", root + "/p", std::string("/"), std::string()}) {
        if (profile.supports(Opcode::get_ephemerals)) {
            codec::GetEphemeralsRequest request;
            request.prefix_path = each;
            to.add(Opcode::get_ephemerals, bytes_of(request));
        }
        if (profile.supports(Opcode::get_all_children_number) && each != "/" && !each.empty()) {
            codec::GetAllChildrenNumberRequest request;
            request.path = each;
            to.add(Opcode::get_all_children_number, bytes_of(request));
        }
    }
    if (profile.supports(Opcode::who_am_i)) {
        to.add(Opcode::who_am_i, "");
    }
    if (profile.supports(Opcode::reconfig)) {
        codec::ReconfigRequest request;
        request.joining = "server.4=127.0.0.1:2888:3888;2181";
        to.add(Opcode::reconfig, bytes_of(request));
    }
    to.remove(path);
}

void what_is_new(Writer& to, const server::Profile& profile) {
    kinds_of_nodes(to, profile);
    lasting_watches(to, profile);
    multi_reads(to, profile);
    questions(to, profile);
}

}  // namespace

Script first_steps(const server::Profile& profile) {
    Script script;
    Writer to(script);
    what_is_there(to);
    quotas(to);
    what_is_new(to, profile);
    to.authenticate("super:secret");
    questions(to, profile);
    to.look("/zookeeper/config");
    large_frames(to);
    return script;
}

}  // namespace kazoo::differential

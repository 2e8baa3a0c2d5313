// SPDX-License-Identifier: Apache-2.0
#include "first_steps.hpp"

#include "requests.hpp"

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

}  // namespace

Script first_steps() {
    Script script;
    Writer to(script);
    what_is_there(to);
    quotas(to);
    to.authenticate("super:secret");
    to.look("/zookeeper/config");
    large_frames(to);
    return script;
}

}  // namespace kazoo::differential

// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "commands/event.hpp"
#include "output/base64.hpp"
#include "output/json.hpp"
#include "output/text.hpp"

#include <kazoo/paths.hpp>

#include <fstream>
#include <memory>

namespace tool {
namespace {

struct GetOptions {
    std::string path;
    std::optional<std::string> file;
    bool with_stat = false;
    bool hex = false;
    bool base64 = false;
    bool watch = false;
};

void write_file(const std::string& file, const std::string& data) {
    std::ofstream out(file, std::ios::binary);
    out.write(data.data(), static_cast<std::streamsize>(data.size()));
    out.flush();
    if (!out) {
        throw Failure(ExitCode::failed, "cannot write " + file);
    }
}

void print_json(Output& out, const GetOptions& options, const kazoo::NodeData& node) {
    Json object{{"path", kazoo::normalize_path(options.path)}};
    if (options.base64) {
        object["data"] = to_base64(node.data);
        object["encoding"] = "base64";
    } else {
        add_data(object, node);
    }
    object["stat"] = to_json(node.stat);
    out.json(object);
}

void get(Session& session, const GetOptions& options) {
    Output& out = session.out();
    OneEvent event(session, options.watch);
    out.page();
    const kazoo::NodeData node = session.zk().get(options.path, event.watcher());
    if (options.file) {
        write_file(*options.file, node.data);
    } else if (out.is_json()) {
        print_json(out, options, node);
    } else if (options.hex) {
        out.bytes(hex_dump(node.data));
    } else if (options.base64) {
        out.line(to_base64(node.data));
    } else {
        out.data(node.data);
    }
    if (options.with_stat && !out.is_json()) {
        if (!options.file && !options.hex && !options.base64 && !node.data.empty()) {
            out.end_line(node.data);
        }
        out.line(stat_text(node.stat));
    }
    event.print(out);
}

}  // namespace

void add_get(Grammar& grammar) {
    auto options = std::make_shared<GetOptions>();
    Command command = grammar.add("get", "write the data of a node, byte for byte");
    command.path("PATH", options->path, "of the node")
        .flag("-s,--stat", options->with_stat, "then the stat; JSON has it in any case")
        .flag("-x,--hex", options->hex, "the data in hexadecimal")
        .flag("-b,--base64", options->base64, "the data in base64")
        .option("-o,--output", options->file, "FILE to write the data to")
        .flag("-w,--watch", options->watch, "wait for the next change of the node");
    command.runs([options](Session& session) { get(session, *options); });
}

}  // namespace tool

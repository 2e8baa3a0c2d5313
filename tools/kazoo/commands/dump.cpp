// SPDX-License-Identifier: Apache-2.0
// The commands dump and load.
#include "cli/values.hpp"
#include "commands/commands.hpp"
#include "output/json.hpp"
#include "walk/place.hpp"
#include "walk/walk.hpp"
#include "walk/writer.hpp"

#include <kazoo/paths.hpp>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

namespace tool {
namespace {

struct DumpOptions {
    std::optional<std::string> path;
    std::optional<std::string> file;
    std::optional<std::string> after;
    bool resume = false;
    bool no_acls = false;
    bool ephemerals = false;
};

Json line_of(const WalkedNode& node, bool acls) {
    Json object{{"path", node.path}};
    add_data(object, node.node);
    if (acls) {
        object["acl"] = to_json(node.acls);
    }
    if (node.stat.ephemeral_owner != 0) {
        object["ephemeralOwner"] = node.stat.ephemeral_owner;
    }
    return object;
}

std::string path_in(const Json& object) {
    const auto path = object.is_object() ? object.find("path") : object.end();
    if (path == object.end() || !path->is_string()) {
        throw Failure(ExitCode::failed, "the object must have a field \"path\" with a string");
    }
    return path->get<std::string>();
}

/// Returns the path of the last whole line of an interrupted dump, and removes what follows it.
std::string last_path(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::string line;
    std::string last;
    std::uintmax_t size = 0;
    while (std::getline(in, line) && !in.eof()) {
        size += line.size() + 1;
        last = line;
    }
    in.close();
    std::error_code error;
    if (std::filesystem::exists(file, error)) {
        std::filesystem::resize_file(file, size);
    }
    return last.empty() ? std::string() : path_in(Json::parse(last));
}

/// Where the lines of a dump go.
class Sink {
public:
    Sink(Output& out, const DumpOptions& options) : out_(&out), name_(options.file.value_or("")) {
        if (options.file) {
            file_.open(
                name_, std::ios::binary | (options.resume ? std::ios::app : std::ios::trunc)
            );
            check();
        }
    }
    void write(const Json& object) {
        if (name_.empty()) {
            out_->json(object);
            return;
        }
        file_ << object.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
        check();
    }
    void finish() {
        file_.flush();
        check();
    }

private:
    void check() const {
        if (!name_.empty() && !file_) {
            throw Failure(ExitCode::failed, "cannot write " + name_);
        }
    }

    Output* out_;
    std::string name_;
    std::ofstream file_;
};

void dump(Session& session, const DumpOptions& options) {
    if (options.resume && (!options.file || options.after)) {
        throw UsageError("--resume needs --output, and excludes --after");
    }
    WalkOptions walked;
    walked.data = true;
    walked.acls = !options.no_acls;
    walked.skip_system = true;
    if (options.after) {
        walked.after = kazoo::normalize_path(*options.after);
    } else if (options.resume) {
        walked.after = last_path(*options.file);
    }
    const Place source(session, options.path.value_or("/"));
    Walk walk(session, source.client(), source.path(), walked);
    Sink sink(session.out(), options);
    session.out().page();
    while (const auto node = walk.next()) {
        if (node->stat.ephemeral_owner == 0 || options.ephemerals) {
            sink.write(line_of(*node, walked.acls));
        }
    }
    sink.finish();
    session.out().end_progress();
}

struct LoadOptions {
    std::string file;
    std::string conflict = "fail";
    std::string ephemerals = "skip";
    std::string from = "/";
    std::string to = "/";
    bool parents = false;
    bool no_acls = false;
};

std::optional<kazoo::AclList> acl_in(const Json& object) {
    const auto texts = object.find("acl");
    if (texts == object.end()) {
        return std::nullopt;
    }
    kazoo::AclList acl;
    for (const Json& text : *texts) {
        if (!text.is_string()) {
            throw Failure(ExitCode::failed, "the field \"acl\" must be an array of strings");
        }
        acl.push_back(parse_acl_entry(text.get<std::string>()));
    }
    return acl;
}

class Loader {
public:
    Loader(Session& session, const LoadOptions& options)
        : session_(&session),
          options_(&options),
          from_(kazoo::normalize_path(options.from)),
          to_(kazoo::normalize_path(options.to)),
          writer_(session, session.zk(), parse_conflict(options.conflict)) {}

    /// `size`: the bytes that `in` has, if they are known.
    void read(std::istream& in, std::optional<std::uintmax_t> size = std::nullopt) {
        std::string line;
        std::size_t number = 0;
        std::uintmax_t bytes = 0;
        while (std::getline(in, line)) {
            ++number;
            bytes += line.size() + 1;
            show_progress(number, bytes, size);
            if (line.empty()) {
                continue;
            }
            try {
                add(Json::parse(line));
            } catch (const Json::exception& error) {
                throw Failure(
                    ExitCode::failed, place(number) + ": this cannot be loaded: " + error.what()
                );
            } catch (const Failure& failure) {
                throw Failure(failure.code(), place(number) + ": " + failure.what());
            }
        }
        if (in.bad()) {
            throw Failure(ExitCode::failed, "cannot read all of " + options_->file);
        }
        writer_.finish();
        writer_.note_counts();
    }

private:
    void show_progress(
        std::size_t number, std::uintmax_t bytes, std::optional<std::uintmax_t> size
    ) {
        std::optional<double> fraction;
        if (size && *size > 0) {
            fraction = static_cast<double>(bytes) / static_cast<double>(*size);
        }
        session_->out().progress("nodes", number, fraction);
    }

    [[nodiscard]] std::string place(std::size_t number) const {
        return options_->file + ":" + std::to_string(number);
    }

    void add(const Json& object) {
        const std::string path = kazoo::normalize_path(path_in(object));
        if (from_ != "/" && path != from_ && path.rfind(from_ + "/", 0) != 0) {
            throw Failure(ExitCode::failed, path + " is not below " + from_ + " (--from)");
        }
        if (object.contains("ephemeralOwner") && options_->ephemerals == "skip") {
            return;
        }
        NewNode node;
        node.path = under(to_, below(path, from_));
        node.data = data_from(object);
        node.acl = options_->no_acls ? std::nullopt : acl_in(object);
        node.container = object.value("container", false);
        if (object.contains("ttl")) {
            node.ttl_ms = object.at("ttl").get<std::int64_t>();
        }
        write(std::move(node));
    }

    void write(NewNode node) {
        if (node.path == "/") {
            // The root exists always; its data and ACL are those of the dump if they may be.
            if (options_->conflict == "overwrite") {
                writer_.overwrite(node);
            }
            return;
        }
        if (options_->parents && first_) {
            const std::string parent(kazoo::parent_path(node.path));
            if (parent != "/") {
                session_->zk().ensure_path(parent);
            }
        }
        first_ = false;
        writer_.create(std::move(node));
    }

    Session* session_;
    const LoadOptions* options_;
    std::string from_;
    std::string to_;
    Writer writer_;
    bool first_ = true;
};

void load(Session& session, const LoadOptions& options) {
    if (options.file == "-") {
        Loader(session, options).read(standard_input());
        check_standard_input();
        return;
    }
    std::ifstream in(options.file, std::ios::binary);
    if (!in) {
        throw Failure(ExitCode::failed, "cannot read " + options.file);
    }
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(options.file, error);
    Loader(session, options).read(in, error ? std::nullopt : std::optional(size));
}

}  // namespace

void add_dump(Grammar& grammar) {
    auto options = std::make_shared<DumpOptions>();
    Command command = grammar.add("dump", "write a subtree as JSON lines, parents first");
    command.path("PATH", options->path, "PATH, or zk://host:port,.../path; default /")
        .option("-o,--output", options->file, "FILE to write to")
        .flag("--resume", options->resume, "continue FILE, which an interrupted dump has left")
        .path_option(
            "--after", options->after, "PATH of the last node that an earlier dump has written"
        )
        .flag("--no-acls", options->no_acls, "without ACLs, which saves a request for each node")
        .flag("--ephemerals", options->ephemerals, "with ephemeral nodes");
    command.runs([options](Session& session) { dump(session, *options); });

    auto loaded = std::make_shared<LoadOptions>();
    Command second = grammar.add("load", "create the nodes that dump has written");
    second.argument("FILE", loaded->file, "- is standard input")
        .choice(
            "--on-conflict",
            loaded->conflict,
            {"fail", "skip", "overwrite"},
            "what to do with nodes that exist: fail; skip, which continues an interrupted load; or "
            "overwrite"
        )
        .choice(
            "--ephemerals",
            loaded->ephemerals,
            {"skip", "persist"},
            "leave ephemeral nodes out, or create persistent ones"
        )
        .path_option("--from", loaded->from, "PATH of the dump that becomes --to")
        .path_option("--to", loaded->to, "PATH below which nodes are created")
        .flag("-p,--parents", loaded->parents, "create missing parents of the first node")
        .flag("--no-acls", loaded->no_acls, "with the ACL for new nodes instead");
    second.runs([loaded](Session& session) { load(session, *loaded); });
}

}  // namespace tool

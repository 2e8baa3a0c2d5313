// SPDX-License-Identifier: Apache-2.0
// The commands for the servers: config, reconfig, sync, 4lw and check.
#include "cli/values.hpp"
#include "commands/commands.hpp"
#include "output/json.hpp"
#include "servers/four_letter.hpp"

#include <map>
#include <memory>
#include <sstream>

namespace tool {
namespace {

void print_config(Output& out, const std::string& data) {
    if (!out.is_json()) {
        out.data(data);
        out.end_line(data);
        return;
    }
    Json object = Json::object();
    std::istringstream lines(data);
    std::string line;
    while (std::getline(lines, line)) {
        const std::size_t equals = line.find('=');
        if (equals != std::string::npos) {
            object[line.substr(0, equals)] = line.substr(equals + 1);
        }
    }
    out.json(object);
}

void add_config(Grammar& grammar) {
    Command config = grammar.add("config", "write the configuration of the ensemble");
    config.runs([](Session& session) {
        print_config(session.out(), session.zk().get_config().data);
    });

    struct Options {
        std::string joining;
        std::string leaving;
        std::string members;
        std::optional<std::string> file;
        std::optional<std::int64_t> version;
    };
    auto options = std::make_shared<Options>();
    Command reconfig = grammar.add("reconfig", "change the configuration of the ensemble");
    reconfig.option("-a,--add", options->joining, "SERVERS: server.4=host:2888:3888;2181,...")
        .option("-r,--remove", options->leaving, "IDS of servers, separated by commas")
        .option("-m,--members", options->members, "SERVERS: the whole new list")
        .option("-f,--file", options->file, "FILE with the whole new list, one server a line")
        .number("-v,--version", options->version, "N: only if this is the configuration's version");
    reconfig.runs([options](Session& session) {
        std::string members = options->members;
        if (options->file) {
            std::istringstream lines(read_file(*options->file));
            std::string line;
            while (std::getline(lines, line)) {
                if (line.rfind("server.", 0) == 0) {
                    members += (members.empty() ? "" : ",") + line;
                }
            }
        }
        const auto changed = session.zk().reconfig(
            options->joining, options->leaving, members, options->version.value_or(-1)
        );
        print_config(session.out(), changed.data);
    });
}

void add_sync(Grammar& grammar) {
    auto path = std::make_shared<std::optional<std::string>>();
    Command command = grammar.add("sync", "wait until the server has caught up with the leader");
    command.path("PATH", *path, "default /");
    command.runs([path](Session& session) {
        const std::string synced = session.zk().sync(path->value_or("/"));
        if (session.out().is_json()) {
            session.out().json({{"path", synced}});
        }
    });
}

void ask_all(Session& session, const std::string& word) {
    Output& out = session.out();
    for (const kazoo::HostPort& server : servers_of(session.settings())) {
        try {
            const std::string answer = ask(session, server, word);
            if (out.is_json()) {
                out.json({{"server", to_string(server)}, {"answer", answer}});
            } else {
                out.line("# " + to_string(server));
                out.data(answer);
                out.end_line(answer);
            }
        } catch (const std::runtime_error& error) {
            out.error(error.what());
            session.fail(ExitCode::not_connected);
        }
    }
}

void add_four_letter_words(Grammar& grammar) {
    struct Options {
        std::string word;
        bool all = false;
    };
    auto options = std::make_shared<Options>();
    Command command = grammar.add("4lw", "send a four-letter word: mntr, srvr, ruok, ...");
    command.argument("WORD", options->word, "which the servers must allow (4lw.commands.whitelist)")
        .flag("-a,--all", options->all, "to each of --servers");
    command.runs([options](Session& session) {
        if (options->word.size() != 4) {
            throw UsageError("'" + options->word + "' does not have four letters");
        }
        session.out().page();
        if (options->all) {
            ask_all(session, options->word);
            return;
        }
        const std::string answer = session.zk().command(options->word);
        if (session.out().is_json()) {
            session.out().json({{"answer", answer}});
        } else {
            session.out().data(answer);
            session.out().end_line(answer);
        }
    });
}

/// Returns the fields "Name: value" of the answer to srvr.
std::map<std::string, std::string> fields_of(const std::string& answer) {
    std::map<std::string, std::string> fields;
    std::istringstream lines(answer);
    std::string line;
    while (std::getline(lines, line)) {
        const std::size_t colon = line.find(": ");
        if (colon != std::string::npos) {
            fields[line.substr(0, colon)] = line.substr(colon + 2);
        }
    }
    return fields;
}

constexpr const char* columns[] = {
    "Mode", "Zxid", "Node count", "Connections", "Outstanding", "Latency min/avg/max"};

void print_health(Output& out, const std::string& server, const std::string& answer) {
    auto fields = fields_of(answer);
    if (out.is_json()) {
        Json object{{"server", server}, {"ok", true}};
        for (const auto& [name, value] : fields) {
            object[name] = value;
        }
        out.json(object);
        return;
    }
    std::string line = server + "\tok";
    for (const char* const column : columns) {
        const std::string& value = fields[column];
        line += "\t" + (value.empty() ? "-" : value);
    }
    out.line(line);
}

void check(Session& session) {
    Output& out = session.out();
    if (!out.is_json()) {
        out.line("SERVER\tSTATE\tMODE\tZXID\tNODES\tCONNECTIONS\tOUTSTANDING\tLATENCY");
    }
    for (const kazoo::HostPort& server : servers_of(session.settings())) {
        std::string problem;
        try {
            const std::string answer = ask(session, server, "srvr");
            if (fields_of(answer).count("Mode") != 0) {
                print_health(out, to_string(server), answer);
                continue;
            }
            problem = answer.substr(0, answer.find('\n'));
        } catch (const std::runtime_error& error) {
            problem = error.what();
        }
        if (out.is_json()) {
            out.json({{"server", to_string(server)}, {"ok", false}, {"problem", problem}});
        } else {
            out.line(to_string(server) + "\tdown\t-\t-\t-\t-\t-\t-");
            out.error(to_string(server) + ": " + problem);
        }
        session.fail(ExitCode::failed);
    }
}

}  // namespace

void add_servers(Grammar& grammar) {
    add_config(grammar);
    add_sync(grammar);
    add_four_letter_words(grammar);
    Command command =
        grammar.add("check", "write the health of each of --servers; exit code 1 if one is down");
    command.runs([](Session& session) { check(session); });
}

}  // namespace tool

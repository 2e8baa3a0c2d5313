// SPDX-License-Identifier: Apache-2.0
// The commands that only the shell has.
#include "cli/exit_code.hpp"
#include "cli/session.hpp"
#include "commands/txn.hpp"
#include "output/json.hpp"
#include "output/text.hpp"
#include "shell/interpreter.hpp"

#include <kazoo/version.hpp>

#include <memory>
#include <utility>

namespace tool {

/// Returns the actions of lines that are no commands of the grammar.
std::optional<Action> Interpreter::special_action(const std::vector<std::string>& words) {
    const std::string& name = words.front();
    if (name == "txn" && words.size() == 1) {
        return [this](Session&) { begin(); };
    }
    if (in_transaction() && name != "help") {
        return transaction_action(words);
    }
    if (name == "cd" && (words.size() == 1 || words.back() == "-")) {
        const std::string target = words.size() == 1 ? "/" : previous_;
        return [this, target](Session& session) { change_directory(session, target); };
    }
    if (name == "addauth" && words.size() == 3) {
        return [words](Session& session) { session.zk().add_auth(words[1], words[2]); };
    }
    return std::nullopt;
}

void Interpreter::begin() {
    if (in_transaction()) {
        throw UsageError("a transaction was begun already; commit or abort ends it");
    }
    transaction_.emplace(client().transaction());
}

std::optional<Action> Interpreter::transaction_action(const std::vector<std::string>& words) {
    if (words.size() == 1 && words[0] == "commit") {
        return [this](Session& session) {
            kazoo::Transaction transaction = *std::exchange(transaction_, std::nullopt);
            session.zk();
            commit(session, transaction);
        };
    }
    if (words.size() == 1 && (words[0] == "abort" || words[0] == "rollback")) {
        return [this](Session&) { transaction_.reset(); };
    }
    if (words.size() == 1 && (words[0] == "begin" || words[0] == "exit" || words[0] == "quit")) {
        return [](Session&) {
            throw UsageError("a transaction was begun already; commit or abort ends it");
        };
    }
    return [this, words](Session& session) { add_operation(session, *transaction_, words); };
}

void Interpreter::change_directory(Session& session, const std::string& path) {
    if (path != "/" && !session.zk().exists(path)) {
        throw Failure(ExitCode::no_node, path + ": the node does not exist");
    }
    previous_ = std::exchange(directory_, path);
}

void Interpreter::add_own_commands(Grammar& grammar) {
    grammar.group("Shell");
    auto path = std::make_shared<std::optional<std::string>>();
    grammar.add("cd", "change the node to which paths are relative; cd - is the one before")
        .path("PATH", *path, "default /")
        .runs([this, path](Session& session) {
            std::string target = path->value_or("/");
            if (target.size() > 1 && target.back() == '/') {
                target.pop_back();
            }
            change_directory(session, target);
        });
    grammar.add("pwd", "write the node to which paths are relative").runs([this](Session& session) {
        session.out().line(directory_);
    });
    grammar.add("begin", "begin a transaction of several lines, as txn does without operations")
        .runs([this](Session&) { begin(); });
    for (const char* const name : {"commit", "abort"}) {
        grammar.add(name, std::string(name) + " the transaction").runs([](Session&) {
            throw UsageError("no transaction was begun");
        });
    }
    add_history(grammar);
    add_watches(grammar);
    add_connect(grammar);
    auto code = std::make_shared<std::optional<std::int64_t>>();
    auto words = std::make_shared<std::vector<std::string>>();
    grammar.add("help", "describe the commands, or one of them")
        .any_arguments("COMMAND", *words, "what to describe")
        .runs([](Session&) {});
    grammar.add("exit", "end the shell and its session; so does Ctrl-D")
        .aliases({"quit"})
        .number_argument("CODE", *code, "the exit code")
        .runs([this, code](Session&) {
            if (*code) {
                exit_code_ = static_cast<int>(**code);
            }
            end();
        });
}

void Interpreter::add_history(Grammar& grammar) {
    grammar.add("history", "write the lines that were typed, with their numbers")
        .runs([this](Session& session) {
            std::size_t number = 0;
            for (const std::string& line : history_->lines()) {
                session.out().line(std::to_string(++number) + "  " + line);
            }
        });
    auto number = std::make_shared<std::optional<std::int64_t>>();
    grammar.add("redo", "run a line of the history again")
        .number_argument("NUMBER", *number, "of the line")
        .runs([this, number](Session& session) {
            const auto& lines = history_->lines();
            const auto index = static_cast<std::size_t>(number->value_or(0));
            if (index == 0 || index > lines.size() || lines[index - 1].rfind("redo", 0) == 0) {
                throw UsageError("give the number of a line of the history which is no redo");
            }
            session.out().note(lines[index - 1]);
            again_ = lines[index - 1];
        });
}

void Interpreter::add_watches(Grammar& grammar) {
    grammar.add("removewatches", "remove the watches of addWatch").runs([this](Session& session) {
        while (!watches_.empty()) {
            if (watches_.back().active()) {
                watches_.back().remove(session.call());
            }
            watches_.pop_back();
        }
    });
}

void Interpreter::add_connect(Grammar& grammar) {
    auto hosts = std::make_shared<std::optional<std::string>>();
    grammar.add("connect", "end the session, and begin another one")
        .argument("SERVERS", *hosts, "HOST:PORT,...[/chroot]; default: the same servers")
        .runs([this, hosts](Session& session) {
            settings_.servers = *hosts ? *hosts : settings_.servers;
            auto fresh = std::make_unique<Link>(settings_, *interrupt_, *notices_, interactive_);
            {
                // Closing a session must not be left half done.
                const Interrupt::Ignored ignored(interrupt_);
                watches_.clear();
                link_ = std::move(fresh);
            }
            directory_ = previous_ = "/";
            session.zk();
        });
    grammar.add("session", "write the session: its id, timeout, server and state")
        .runs([this](Session& session) {
            kazoo::KazooClient& zk = session.zk();
            const auto id = zk.client_id();
            const Json object{
                {"session", id ? hex_text(id->session_id) : ""},
                {"timeout", zk.session_timeout().count()},
                {"server", link_->server()},
                {"state", link_->state()}};
            if (session.out().is_json()) {
                session.out().json(object);
                return;
            }
            for (const auto& [name, value] : object.items()) {
                session.out().line(
                    name + " " + (value.is_string() ? value.get<std::string>() : value.dump())
                );
            }
        });
    grammar.add("version", "write the version of this program").runs([](Session& session) {
        session.out().line(kazoo::library_version);
    });
}

}  // namespace tool

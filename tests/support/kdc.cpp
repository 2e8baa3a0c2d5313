// SPDX-License-Identifier: Apache-2.0
#include "support/kdc.hpp"

#include "support/loopback.hpp"
#include "support/wait_until.hpp"

#include <stdexcept>
#include <system_error>

namespace kazoo::testing_support {
namespace {

// Debian's places; /usr/sbin is not in the path of every user.
constexpr auto kdc_program = "/usr/sbin/krb5kdc";
constexpr auto database_program = "/usr/sbin/kdb5_util";
constexpr auto admin_program = "/usr/sbin/kadmin.local";
constexpr auto ticket_program = "/usr/bin/kinit";
constexpr auto list_program = "/usr/bin/klist";

constexpr std::chrono::seconds ready_limit{20};
constexpr int port_attempts = 5;

}  // namespace

std::string Kdc::lacking() {
    struct Program {
        const char* path;
        const char* package;
    };
    constexpr Program programs[] = {
        {kdc_program, "krb5-kdc"},
        {database_program, "krb5-kdc"},
        {admin_program, "krb5-admin-server"},
        {ticket_program, "krb5-user"},
    };
    for (const auto& program : programs) {
        if (!std::filesystem::exists(program.path)) {
            return std::string(program.path) + " is missing; install the package " +
                   program.package;
        }
    }
    return {};
}

Kdc::Kdc() {
    for (int attempt = 1;; ++attempt) {
        port_ = free_port();
        write_configuration();
        if (attempt == 1) create_database();
        if (launch()) return;
        const auto log = read_file(directory_ / "kdc.log");
        const bool taken = log.find("Address already in use") != std::string::npos;
        if (!taken || attempt == port_attempts) {
            throw std::runtime_error("krb5kdc does not start. Its log:\n" + log);
        }
    }
}

std::filesystem::path Kdc::add(const std::string& principal) {
    run({admin_program, "-q", "addprinc -randkey " + principal});
    return renew_key(principal);
}

std::filesystem::path Kdc::renew_key(const std::string& principal) {
    auto keytab = new_file(".keytab");
    run({admin_program, "-q", "ktadd -k " + keytab.string() + " " + principal});
    // kadmin.local succeeds even if its query fails.
    if (!std::filesystem::exists(keytab)) {
        throw std::runtime_error("kadmin.local has made no keytab for " + principal);
    }
    return keytab;
}

std::filesystem::path Kdc::ticket(
    const std::string& principal, const std::filesystem::path& keytab, std::chrono::seconds lifetime
) {
    auto cache = new_file(".ccache");
    run(
        {ticket_program,
         "-k",
         "-t",
         keytab.string(),
         "-c",
         "FILE:" + cache.string(),
         "-l",
         std::to_string(lifetime.count()) + "s",
         principal}
    );
    return cache;
}

bool Kdc::is_valid(const std::filesystem::path& cache) const {
    ChildProcess process(in_environment({list_program, "-s", "-c", "FILE:" + cache.string()}));
    return process.exit_code() == 0;
}

void Kdc::stop() {
    process_.reset();
}

void Kdc::start() {
    if (process_) return;
    if (!launch()) {
        throw std::runtime_error(
            "krb5kdc does not start again. Its log:\n" + read_file(directory_ / "kdc.log")
        );
    }
}

// Names are used as they are given: without reverse look-ups, and without the domain that the
// resolver would add to "localhost". TCP shows at once that no KDC is there.
void Kdc::write_configuration() {
    const auto directory = directory_.path().string();
    const auto address = "127.0.0.1:" + std::to_string(port_);
    directory_.write(
        "krb5.conf",
        std::string("[libdefaults]\n default_realm = ") + realm +
            "\n dns_lookup_realm = false\n dns_lookup_kdc = false\n rdns = false\n"
            " dns_canonicalize_hostname = false\n qualify_shortname = \"\"\n"
            " udp_preference_limit = 1\n default_ccache_name = FILE:" +
            directory + "/default.ccache\n default_client_keytab_name = FILE:" + directory +
            "/default.keytab\n[realms]\n " + realm + " = {\n  kdc = " + address +
            "\n }\n[domain_realm]\n localhost = " + realm + "\n"
    );
    directory_.write(
        "kdc.conf",
        "[kdcdefaults]\n kdc_listen = " + address + "\n kdc_tcp_listen = " + address +
            "\n[realms]\n " + realm + " = {\n  database_name = " + directory +
            "/principal\n  key_stash_file = " + directory + "/stash\n  acl_file = " + directory +
            "/kadm5.acl\n  supported_enctypes = aes256-cts:normal\n }\n[logging]\n kdc = FILE:" +
            directory + "/kdc.log\n admin_server = FILE:" + directory + "/kadmin.log\n"
    );
}

void Kdc::create_database() {
    run({database_program, "create", "-s", "-P", "master", "-r", realm});
}

/// Returns false if the process has ended or has not become ready.
bool Kdc::launch() {
    const auto log = directory_ / "kdc.log";
    std::error_code ignored;
    std::filesystem::remove(log, ignored);
    process_.emplace(in_environment({kdc_program, "-n", "-r", realm}));
    bool ready = false;
    wait_until(
        [&] {
            const bool running = process_->running();
            ready = read_file(log).find("commencing operation") != std::string::npos;
            return ready || !running;
        },
        ready_limit
    );
    if (!ready) process_.reset();
    return ready;
}

std::vector<std::string> Kdc::in_environment(std::vector<std::string> command) const {
    command.insert(
        command.begin(),
        {"env",
         "KRB5_CONFIG=" + configuration().string(),
         "KRB5_KDC_PROFILE=" + (directory_ / "kdc.conf").string()}
    );
    return command;
}

void Kdc::run(const std::vector<std::string>& command) const {
    ChildProcess process(in_environment(command));
    if (process.exit_code() != 0) {
        throw std::runtime_error(command.front() + " has failed: " + process.output());
    }
}

std::filesystem::path Kdc::new_file(const std::string& extension) {
    return directory_ / (std::to_string(files_++) + extension);
}

}  // namespace kazoo::testing_support

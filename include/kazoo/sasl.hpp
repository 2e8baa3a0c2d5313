// SPDX-License-Identifier: Apache-2.0
/// SASL by Cyrus SASL: DIGEST-MD5, GSSAPI (Kerberos), and the other mechanisms that are installed.
/// Needs the component kazoo::sasl, which uses libsasl2.
///
///     KazooClient zk(ClientOptions().sasl(cyrus_sasl(
///         SaslOptions().mechanism("DIGEST-MD5").username("app").password("secret"))));
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/sasl_mechanism.hpp>

#include <functional>
#include <string>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

/// Parameters of cyrus_sasl; the names are those of kazoo's sasl_options.
class SaslOptions {
public:
    SaslOptions() {}
    SaslOptions(const SaslOptions&) = default;
    SaslOptions(SaslOptions&&) noexcept = default;
    SaslOptions& operator=(const SaslOptions&);
    SaslOptions& operator=(SaslOptions&&) noexcept;
    /// Overwrites the password.
    ~SaslOptions();

    /// "DIGEST-MD5", "GSSAPI", or another mechanism that Cyrus SASL has a module for. PLAIN and
    /// LOGIN, which send the password readably, are used with TLS only. Must be set. Default:
    /// empty.
    SaslOptions& mechanism(std::string value) & {
        mechanism_ = std::move(value);
        return *this;
    }
    SaslOptions mechanism(std::string value) && { return std::move(mechanism(std::move(value))); }
    [[nodiscard]] const std::string& mechanism() const noexcept { return mechanism_; }

    /// The user who is authenticated; with GSSAPI, the identity to act as, and usually left empty:
    /// then it is that of the credentials. Must be set for DIGEST-MD5 and PLAIN. Default: empty.
    SaslOptions& username(std::string value) & {
        username_ = std::move(value);
        return *this;
    }
    SaslOptions username(std::string value) && { return std::move(username(std::move(value))); }
    [[nodiscard]] const std::string& username() const noexcept { return username_; }

    /// The password of `username`. Copies of the options hold it, and overwrite it when they are
    /// destroyed. The copy that Cyrus SASL is given for an exchange is overwritten when the
    /// exchange ends, and so are the tokens in the client; those that Cyrus SASL itself has made
    /// (of PLAIN, one with the password) are not. Default: empty.
    SaslOptions& password(std::string value) &;
    SaslOptions password(std::string value) && { return std::move(password(std::move(value))); }
    /// A function that returns the password, for one that is kept elsewhere or changes. It is
    /// called for each connection, on the thread that runs the connections, and must not block. An
    /// exception is a failure of authentication. It is copied with the options.
    SaslOptions& password(std::function<std::string()> value) &;
    SaslOptions password(std::function<std::string()> value) && {
        return std::move(password(std::move(value)));
    }
    SaslOptions& password(const char* value) & { return password(std::string(value)); }
    SaslOptions password(const char* value) && { return std::move(password(std::string(value))); }
    /// Returns the password, for which it calls the function, if there is one.
    [[nodiscard]] std::string current_password() const {
        return ask_for_password_ ? ask_for_password_() : password_;
    }

    /// The name of the service, which is the first part of the servers' Kerberos principal,
    /// "zookeeper/host". Default: "zookeeper".
    SaslOptions& service(std::string value) & {
        service_ = std::move(value);
        return *this;
    }
    SaslOptions service(std::string value) && { return std::move(service(std::move(value))); }
    [[nodiscard]] const std::string& service() const noexcept { return service_; }

    /// The name of the server in the exchange; with GSSAPI the second part of its principal.
    /// Default: empty, which is "zk-sasl-md5" for DIGEST-MD5, as ZooKeeper's servers expect, and
    /// otherwise the host as configured. Kerberos may replace a host by its canonical name
    /// (dns_canonicalize_hostname in krb5.conf).
    SaslOptions& server_name(std::string value) & {
        server_name_ = std::move(value);
        return *this;
    }
    SaslOptions server_name(std::string value) && {
        return std::move(server_name(std::move(value)));
    }
    [[nodiscard]] const std::string& server_name() const noexcept { return server_name_; }

    /// GSSAPI: the principal of this client, "app@EXAMPLE.COM". Cyrus SASL uses the default
    /// credentials of the process; if they are those of another principal, authentication fails.
    /// Default: empty, any.
    SaslOptions& principal(std::string value) & {
        principal_ = std::move(value);
        return *this;
    }
    SaslOptions principal(std::string value) && { return std::move(principal(std::move(value))); }
    [[nodiscard]] const std::string& principal() const noexcept { return principal_; }

    /// GSSAPI: a file of keys with which Kerberos gets tickets by itself, in place of those that
    /// kinit has put into the ticket cache. For the whole process: cyrus_sasl sets the environment
    /// variable KRB5_CLIENT_KTNAME, so call it before other threads read the environment. Default:
    /// empty, the variable stays as it is.
    SaslOptions& keytab(std::string value) & {
        keytab_ = std::move(value);
        return *this;
    }
    SaslOptions keytab(std::string value) && { return std::move(keytab(std::move(value))); }
    [[nodiscard]] const std::string& keytab() const noexcept { return keytab_; }

private:
    std::string mechanism_;
    std::string username_;
    std::string password_;
    std::function<std::string()> ask_for_password_;
    std::string service_ = "zookeeper";
    std::string server_name_;
    std::string principal_;
    std::string keytab_;
};

/// Returns a function that makes mechanisms of Cyrus SASL, for ClientOptions::sasl.
///
/// - DIGEST-MD5 sends no initial response, for which the servers have a defect, checks that the
///   server knows the password, too, and uses no security layer.
/// - GSSAPI uses the ticket cache or the key table of the process (KRB5CCNAME,
///   KRB5_CLIENT_KTNAME). Its steps may wait for a key distribution centre and run on threads of
///   their own (SaslMechanism::may_block). If a step fails on this side, because there is no ticket
///   or it has expired, the connection attempt fails, and the client tries again.
/// - PLAIN and LOGIN without TLS are a failure of authentication.
///
/// Throws ConfigurationError if the mechanism is not set or not installed (Debian: libsasl2-modules
/// for DIGEST-MD5 and PLAIN, libsasl2-modules-gssapi-mit for GSSAPI), if the service is empty, if
/// `username` is missing, and if `keytab` differs from a KRB5_CLIENT_KTNAME that is set already.
///
/// Initialises libsasl2 for the process, once. A program that uses libsasl2 from several threads
/// itself should have initialised it before, with mutex functions (sasl_set_mutex); otherwise this
/// function sets some. Thread-safe, except for the environment (SaslOptions::keytab).
[[nodiscard]] SaslMechanismFactory cyrus_sasl(SaslOptions options);

}  // namespace kazoo
KAZOO_API_END

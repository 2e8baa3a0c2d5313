#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ZooKeeper's own command line (Debian's `zookeeper`, in Java) against the embedded server, over
TLS with a client certificate and with SASL."""

import shutil
import sys
import tempfile
import unittest

import java_command_line_test as java
import secured
import served

STORE_PASSWORD = "store-password"
JAAS = """Client {
    org.apache.zookeeper.server.auth.DigestLoginModule required
    username="%s"
    password="%s";
};
"""


class Security(unittest.TestCase):
    """The tests run in the order of their names, on one tree."""

    hosts = None
    certificates = None

    def options(self, password):
        jaas = self.certificates.path(f"jaas-{password}.conf")
        jaas.write_text(JAAS % (secured.USER, password), encoding="ascii")
        return [
            "-Dzookeeper.client.secure=true",
            "-Dzookeeper.clientCnxnSocket=org.apache.zookeeper.ClientCnxnSocketNetty",
            f"-Dzookeeper.ssl.keyStore.location={self.certificates.key_store(STORE_PASSWORD)}",
            f"-Dzookeeper.ssl.keyStore.password={STORE_PASSWORD}",
            f"-Dzookeeper.ssl.trustStore.location={self.certificates.ca}",
            "-Dzookeeper.ssl.trustStore.password=",
            f"-Djava.security.auth.login.config={jaas}",
        ]

    def command_line(self, password=secured.PASSWORD):
        client = java.CommandLine(self.hosts, self.options(password))
        self.addCleanup(client.close)
        return client

    def test_1_identities_of_certificate_and_user(self):
        zk = self.command_line()
        printed = zk.run("whoami")
        self.assertIn(f"sasl: {secured.USER}", printed)
        self.assertIn(f"x509: {secured.SUBJECT}", printed)
        self.assertIn("Created /user", zk.run(f"create /user one sasl:{secured.USER}:cdrwa"))
        self.assertIn("one", zk.run("get /user"))
        self.assertIn(f"'sasl,'{secured.USER}", zk.run("getAcl /user"))
        self.assertIn("Created /own", zk.run("create /own two auth::cdrwa"))
        acl = zk.run("getAcl /own")
        self.assertIn(f"'sasl,'{secured.USER}", acl)
        subject = secured.SUBJECT.replace(",", "%2C")  # as the command line prints it
        self.assertIn(f"'x509,'{subject}", acl)
        self.assertIn("Created /other", zk.run("create /other three sasl:alice:cdrwa"))
        self.assertIn("Insufficient permission", zk.run("get /other"))

    def test_2_a_wrong_password_is_refused(self):
        self.command_line("wrong").until("AuthFailed")


def main():
    arguments = served.parse(__doc__)
    if shutil.which("java") is None or not java.JAR.exists() or not java.NETTY:
        served.skip("no java, or Debian's packages zookeeper and libnetty-java are not installed")
    with tempfile.TemporaryDirectory() as directory:
        certificates = secured.Certificates(directory)
        options = secured.arguments(certificates, "--require-sasl")
        with served.served(arguments.tool, *options) as hosts:
            Security.hosts, Security.certificates = hosts, certificates
            return served.run_cases(Security)


if __name__ == "__main__":
    sys.exit(main())

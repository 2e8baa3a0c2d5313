#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Python's kazoo (python3-kazoo) against the embedded server, over TLS with a client certificate
and with SASL (python3-pure-sasl)."""

import sys
import tempfile
import time
import unittest

import secured
import served

try:
    from kazoo import exceptions
    from kazoo.client import KazooClient
    from kazoo.security import make_acl
except ImportError:
    served.skip("python3-kazoo is not installed")
try:
    import puresasl  # noqa: F401, which kazoo imports when it connects
except ImportError:
    served.skip("python3-pure-sasl is not installed")

LIMIT_S = 20


class Security(unittest.TestCase):
    hosts = None
    certificates = None

    def options(self, password=None):
        options = {
            "hosts": self.hosts,
            "timeout": 5,
            "use_ssl": True,
            "ca": str(self.certificates.ca),
            "certfile": str(self.certificates.client),
            "keyfile": str(self.certificates.client_key),
        }
        if password is not None:
            options["sasl_options"] = {
                "mechanism": "DIGEST-MD5", "username": secured.USER, "password": password,
            }
        return options

    def client(self, password=secured.PASSWORD):
        client = KazooClient(**self.options(password))
        client.start(timeout=LIMIT_S)
        self.addCleanup(client.close)
        self.addCleanup(client.stop)
        return client

    def eventually(self, condition):
        deadline = time.monotonic() + LIMIT_S
        while not condition():
            self.assertLess(time.monotonic(), deadline, "not in time")
            time.sleep(0.01)

    def test_identities_of_certificate_and_user(self):
        zk = self.client()
        zk.create("/user", b"x", acl=[make_acl("sasl", secured.USER, all=True)])
        zk.create("/subject", b"y", acl=[make_acl("x509", secured.SUBJECT, all=True)])
        zk.create("/other", b"z", acl=[make_acl("sasl", "alice", all=True)])
        self.assertEqual(zk.get("/user")[0], b"x")
        self.assertEqual(zk.get("/subject")[0], b"y")
        with self.assertRaises(exceptions.NoAuthError):
            zk.get("/other")

    def test_authentication_precedes_each_connection(self):
        zk = self.client()
        zk.create("/again", b"x", acl=[make_acl("sasl", secured.USER, all=True)])
        zk.restart()
        self.assertEqual(zk.get("/again")[0], b"x")

    def test_a_wrong_password_is_refused(self):
        client = KazooClient(**self.options("wrong"))
        self.addCleanup(client.close)
        self.addCleanup(client.stop)
        # The state AUTH_FAILED lasts for a moment only; it is logged.
        with self.assertLogs("kazoo", level="WARNING") as log:
            client.start_async()
            self.eventually(lambda: any("AUTH_FAILED" in line for line in log.output))

    def test_a_client_without_a_certificate_is_refused(self):
        options = self.options()
        del options["certfile"], options["keyfile"]
        client = KazooClient(**options)
        self.addCleanup(client.close)
        self.addCleanup(client.stop)
        with self.assertRaises(client.handler.timeout_exception):
            client.start(timeout=1)


def main():
    arguments = served.parse(__doc__)
    with tempfile.TemporaryDirectory() as directory:
        certificates = secured.Certificates(directory)
        # Without --require-sasl: kazoo 2.8 does not know the error of that option, -124.
        options = secured.arguments(certificates)
        with served.served(arguments.tool, *options) as hosts:
            Security.hosts, Security.certificates = hosts, certificates
            return served.run_cases(Security)


if __name__ == "__main__":
    sys.exit(main())

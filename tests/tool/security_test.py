# SPDX-License-Identifier: Apache-2.0
"""The tool with TLS, client certificates and SASL."""

import tempfile

import suite
import secured  # beside `served`, whose directory `suite` adds to the path
from suite import FAILED, NOT_CONNECTED, USAGE, ToolCase

certificates = None


def options(password=secured.PASSWORD, sasl=True):
    """The options of the tool; the password comes from a file."""
    file = certificates.path(f"password-{password}")
    file.write_text(password + "\n", encoding="ascii")
    tls = ["--tls-ca", certificates.ca, "--tls-cert", certificates.client]
    tls += ["--tls-key", certificates.client_key]
    user = ["--sasl-user", secured.USER, "--sasl-password-file", file]
    user += ["--sasl-mechanism", "DIGEST-MD5"]
    return [str(option) for option in tls + (user if sasl else [])]


class Security(ToolCase):
    def setUp(self):
        pass  # the node of the other cases needs a connection

    def test_identities(self):
        identities = self.ok(*options(sasl=False), "whoami").lines
        self.assertIn("x509:" + secured.SUBJECT, identities)
        self.assertNotIn("sasl:" + secured.USER, identities)

    def test_sasl(self):
        result = suite.run(*options(), "whoami")
        if "has no SASL" in result.err.decode():
            self.assertEqual(result.code, USAGE)
            return
        self.assertIn("sasl:" + secured.USER, result.lines)
        refused = self.check(NOT_CONNECTED, *options("hunter2"), "whoami")
        self.assertNotIn(b"hunter2", refused.err)

    def test_configuration_and_environment(self):
        lines = f"tls-ca = {certificates.ca}\ntls-cert = {certificates.client}\n"
        file = self.file(lines)
        key = {"KAZOO_TLS_KEY": str(certificates.client_key)}
        self.assertIn(
            "x509:" + secured.SUBJECT, self.ok("--config", file, "whoami", env=key).lines
        )

    def test_top(self):
        (shown,) = self.ok("--format", "json", *options(sasl=False), "top", "--once").json_lines
        (server,) = shown["servers"]
        self.assertEqual((server["state"], server["mode"]), ("up", "standalone"))
        self.assertGreater(server["sessions"], 0)
        without = self.check(NOT_CONNECTED, "--tls", "top", "--once").text
        self.assertIn("down: ", without)

    def test_without_certificates(self):
        self.check(NOT_CONNECTED, "--connect-timeout", "1s", "ls")
        self.check(NOT_CONNECTED, "--connect-timeout", "1s", "--tls", "ls")
        missing = ("--tls-ca", "/nonexistent/ca.pem")
        result = self.check(NOT_CONNECTED, "--connect-timeout", "3s", *missing, "ls")
        self.assertIn("/nonexistent/ca.pem", result.err.decode())
        self.fails(
            FAILED, "/nonexistent/f", "--auth-file", "/nonexistent/f", *options(sasl=False), "ls"
        )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        certificates = secured.Certificates(directory)
        suite.main(*secured.arguments(certificates))

#!/usr/bin/env python3
"""Runs one command through pywinrm, the field's own client, and prints its exit code and its standard output as one line of JSON.

    winrm_reference.py URL basic|ntlm USER PASSWORD COMMAND [BYTES OF STDIN]

Tests run it beside IROA's client against the same peer: where one passes and the other does not, it is clear who is wrong.
"""
import json
import sys

from winrm.protocol import Protocol

url, transport, user, password, command, *stdin = sys.argv[1:]
protocol = Protocol(url, transport=transport, username=user, password=password, server_cert_validation="ignore")
shell = protocol.open_shell(codepage=65001)
try:
    running = protocol.run_command(shell, command, console_mode_stdin=not stdin)
    if stdin:
        data = b"x" * int(stdin[0])
        pieces = [data[at:at + 100_000] for at in range(0, len(data), 100_000)]
        for piece in pieces[:-1]:
            protocol.send_command_input(shell, running, piece)
        protocol.send_command_input(shell, running, pieces[-1], end=True)
    out, _, code = protocol.get_command_output(shell, running)
    protocol.cleanup_command(shell, running)
finally:
    protocol.close_shell(shell)
print(json.dumps({"code": code, "stdout": out.decode()}))

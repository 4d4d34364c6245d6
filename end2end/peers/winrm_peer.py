#!/usr/bin/env python3
"""A WinRM endpoint (WS-Management's command shell) for tests, on loopback addresses only.

Authentication is pyspnego's, which shares no code with IROA: Basic, NTLM and Negotiate, with sealed messages over http
([MS-WSMV] 2.2.9) and channel binding over https. Commands are not run: a responder answers them.

    NTLM_USER_FILE=users winrm_peer.py [--cert c.pem --key k.pem] ...      users: lines of DOMAIN:user:password

It prints the port that it listens at as its first line. With --journal it writes what happens, one event a line, each beginning
with the number of the connection: "1 connected", "1 authenticated LAB\\tester Negotiate spnego ntlm", "1 Create 5F… sealed 1436".
With pyspnego's Kerberos extra, KRB5_CONFIG and KRB5_KTNAME in the environment, Negotiate takes Kerberos as well.
"""
import argparse
import base64
import hashlib
import http.server
import importlib.util
import os
import re
import ssl
import struct
import sys
import threading
import time
import uuid
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape

import spnego
import spnego.channel_bindings
from spnego.exceptions import SpnegoError

try:
    import gssapi

    # Else a refused ticket is reported by nothing but an AttributeError, later.
    gssapi.SecurityContext.__DEFER_STEP_ERRORS__ = False
except ImportError:
    pass  # Kerberos is an extra.

NAMESPACES = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "r": "http://schemas.microsoft.com/wbem/wsman/1/windows/shell",
    "i": "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd",
}
SHELL = NAMESPACES["r"]
CMD = SHELL + "/cmd"
TIMED_OUT = (2150858793, "w:TimedOut", "The WS-Management service cannot complete the operation within the time specified in OperationTimeout.")
SHELL_GONE = (2150858843, "w:InvalidSelectors", "The WS-Management service cannot find the shell.")
ENVELOPE_LIMIT = (2150858805, "w:EncodingLimit", "The size of the message exceeded the envelope limit.")


def arguments():
    parser = argparse.ArgumentParser()
    add = parser.add_argument
    add("--address", default="127.0.0.1", help="several peers may share a port: each has an address of 127.0.0.0/8")
    add("--port", type=int, default=0)
    add("--cert")
    add("--key")
    add("--offer", default="Negotiate,NTLM,Basic", help="what WWW-Authenticate names, in this order")
    add("--allow-unencrypted", action="store_true", help="AllowUnencrypted=true")
    add("--cbt", choices=["none", "require", "wrong"], default="none", help="CbtHardeningLevel; wrong: of another certificate")
    add("--responder", help="a module with respond(command line, script, stdin) -> (stdout, stderr, exit code)")
    add("--chunk", type=int, default=4000, help="bytes of output in one answer to Receive")
    add("--timeouts", type=int, default=0, help="answers to Receive that say that there is nothing yet")
    add("--envelope", type=int, default=512_000, help="MaxEnvelopeSizekb, in bytes")
    add("--journal")
    add("--host", default="localhost", help="of the service principal HTTP/…, for Kerberos")
    add("--misbehave", action="append", default=[], metavar="ACTION[#N]=HOW",
        help="once, at the Nth such request: drop, stall, tamper, plain, garbage, deny, empty or fault:CODE; "
             "or SignIn alone, which changes the last token")
    return parser.parse_args()


OPTIONS = arguments()
if not OPTIONS.address.startswith("127."):
    sys.exit("the peer listens on loopback addresses only")
LOCK = threading.Lock()
SHELLS = {}
SEEN = {}
CONNECTIONS = 0
MISBEHAVIOUR = {}
for rule in filter(lambda rule: rule != "SignIn", OPTIONS.misbehave):
    where, _, how = rule.partition("=")
    action, _, nth = where.partition("#")
    MISBEHAVIOUR[(action, int(nth or 1))] = how
USERS = {}
with open(os.environ["NTLM_USER_FILE"], encoding="utf-8") as users:
    for line in filter(str.strip, users):
        _, user, password = line.rstrip("\n").split(":", 2)
        USERS[user.lower()] = password


def journal(*words):
    text = " ".join(str(word) for word in words)
    if OPTIONS.journal:
        with LOCK, open(OPTIONS.journal, "a", encoding="utf-8") as out:
            out.write(text + "\n")
    else:
        print(text, file=sys.stderr, flush=True)


def default_responder(command, script, stdin):
    """Answers that tell what arrived."""
    if script is None:
        return b"ran: " + command.encode() + b"\r\n", b"", 0
    if "no-such-cmdlet" in script:
        return b"", b'#< CLIXML\r\n<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"><S S="Error">no-such-cmdlet : The term is not recognized_x000D__x000A_</S></Objs>', 1
    digest = base64.b64encode(hashlib.sha256(stdin).digest()).decode()
    return f"script[{len(script)}]:{script[:60]} stdin={len(stdin)} {digest}\r\n".encode(), b"", 0


def load_responder():
    if not OPTIONS.responder:
        return default_responder
    spec = importlib.util.spec_from_file_location("responder", OPTIONS.responder)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.respond


def channel_bindings():
    if OPTIONS.cbt == "none":
        return None
    with open(OPTIONS.cert, encoding="ascii") as cert:
        der = ssl.PEM_cert_to_DER_cert(cert.read())
    if OPTIONS.cbt == "wrong":
        der = b"another certificate"
    data = b"tls-server-end-point:" + hashlib.sha256(der).digest()
    return spnego.channel_bindings.GssChannelBindings(application_data=data)


RESPOND = load_responder()
BINDINGS = channel_bindings()


def envelope(action, relates_to, body):
    names = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in (
        ("s", NAMESPACES["s"]), ("a", NAMESPACES["a"]), ("w", NAMESPACES["w"]), ("rsp", SHELL),
        ("x", "http://schemas.xmlsoap.org/ws/2004/09/transfer"), ("p", "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd")))
    return (f'<s:Envelope xml:lang="en-US"{names}><s:Header><a:Action>{action}</a:Action>'
            f'<a:MessageID>uuid:{new_id()}</a:MessageID>'
            '<a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To>'
            f'<a:RelatesTo>{escape(relates_to)}</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>').encode()


def fault(relates_to, code, subcode, text):
    return 500, envelope("http://schemas.dmtf.org/wbem/wsman/1/wsman/fault", relates_to,
        f'<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>{subcode}</s:Value></s:Subcode></s:Code>'
        f'<s:Reason><s:Text xml:lang="en-US">{escape(text)}</s:Text></s:Reason><s:Detail>'
        '<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"'
        f' Code="{code}" Machine="127.0.0.1"><f:Message>{escape(text)}</f:Message></f:WSManFault></s:Detail></s:Fault>')


def new_id():
    return str(uuid.uuid4()).upper()


def text_of(tree, path):
    return (tree.findtext(path, None, NAMESPACES) or "").strip()


class Request:
    """A request for the shell, taken apart."""

    def __init__(self, body):
        self.size = len(body)
        self.tree = ET.fromstring(body)
        self.message = text_of(self.tree, ".//a:MessageID")
        self.uri = text_of(self.tree, ".//a:Action")
        self.action = self.uri.rsplit("/", 1)[-1]
        if self.tree.find(".//i:Identify", NAMESPACES) is not None:
            self.action = "Identify"
        selectors = self.tree.findall(".//w:Selector", NAMESPACES)
        self.shell = next((each.text for each in selectors if each.get("Name") == "ShellId"), None)

    def wanted_envelope(self):
        return int(text_of(self.tree, ".//w:MaxEnvelopeSize") or 0)


def create(request):
    shell = new_id()
    SHELLS[shell] = {}
    return 200, envelope(request.uri + "Response", request.message,
        f'<x:ResourceCreated><a:Address>http://127.0.0.1/wsman</a:Address><a:ReferenceParameters><w:ResourceURI>{CMD}</w:ResourceURI>'
        f'<w:SelectorSet><w:Selector Name="ShellId">{shell}</w:Selector></w:SelectorSet></a:ReferenceParameters></x:ResourceCreated>'
        f'<rsp:Shell><rsp:ShellId>{shell}</rsp:ShellId><rsp:ResourceUri>{CMD}</rsp:ResourceUri><rsp:Owner>tester</rsp:Owner>'
        '<rsp:State>Connected</rsp:State><rsp:InputStreams>stdin</rsp:InputStreams>'
        '<rsp:OutputStreams>stdout stderr</rsp:OutputStreams></rsp:Shell>')


def command(request, shell):
    line = text_of(request.tree, ".//r:Command").strip('"')
    line = " ".join([line] + [each.text or "" for each in request.tree.findall(".//r:Arguments", NAMESPACES)])
    if len(line) > 8191:
        return fault(request.message, 2147942606, "w:InternalError", "The filename or extension is too long.")
    identity = request.tree.find(".//r:CommandLine", NAMESPACES).get("CommandId") or new_id()
    encoded = re.search(r"-e(?:ncodedcommand|nc)?\s+([A-Za-z0-9+/=]+)", line, re.I)
    script = base64.b64decode(encoded.group(1)).decode("utf-16-le") if encoded else None
    console = next((each.text for each in request.tree.findall(".//w:Option", NAMESPACES) if each.get("Name") == "WINRS_CONSOLEMODE_STDIN"), "")
    shell[identity] = {
        "line": line, "script": script, "stdin": b"", "ended": False, "output": None, "timeouts": OPTIONS.timeouts,
        "waits": "stdin" in (script or line).lower(), "is_console": (console or "").upper() == "TRUE",
    }
    return 200, envelope(SHELL + "/CommandResponse", request.message,
        f"<rsp:CommandResponse><rsp:CommandId>{identity}</rsp:CommandId></rsp:CommandResponse>")


def send(request, shell):
    for stream in request.tree.findall(".//r:Stream", NAMESPACES):
        running = shell[stream.get("CommandId")]
        running["stdin"] += base64.b64decode(stream.text or "")
        running["ended"] |= stream.get("End", "").lower() in ("true", "1")
    return 200, envelope(SHELL + "/SendResponse", request.message, "<rsp:SendResponse/>")


def receive(request, shell):
    identity = request.tree.find(".//r:DesiredStream", NAMESPACES).get("CommandId")
    running = shell.get(identity)
    if running is None:
        return fault(request.message, *SHELL_GONE)
    if running["timeouts"] > 0 or (running["waits"] and not running["ended"]):
        running["timeouts"] -= 1
        time.sleep(0.02)
        return fault(request.message, *TIMED_OUT)
    if running["output"] is None:
        out, err, running["code"] = RESPOND(running["line"], running["script"], running["stdin"])
        size = min(OPTIONS.chunk, (request.wanted_envelope() - 4096) * 3 // 4)
        running["output"] = [("stdout", out[at:at + size]) for at in range(0, len(out), size)]
        running["output"] += [("stderr", err[at:at + size]) for at in range(0, len(err), size)]
    streams = ""
    if running["output"]:
        name, piece = running["output"].pop(0)
        streams = f'<rsp:Stream Name="{name}" CommandId="{identity}">{base64.b64encode(piece).decode()}</rsp:Stream>'
    if running["output"]:
        state = f'<rsp:CommandState CommandId="{identity}" State="{SHELL}/CommandState/Running"/>'
    else:
        streams += "".join(f'<rsp:Stream Name="{name}" CommandId="{identity}" End="true"/>' for name in ("stdout", "stderr"))
        state = f'<rsp:CommandState CommandId="{identity}" State="{SHELL}/CommandState/Done"><rsp:ExitCode>{running["code"]}</rsp:ExitCode></rsp:CommandState>'
    return 200, envelope(SHELL + "/ReceiveResponse", request.message, f"<rsp:ReceiveResponse>{streams}{state}</rsp:ReceiveResponse>")


def dispatch(request):
    if request.action == "Identify":
        return 200, envelope("", request.message, f'<i:IdentifyResponse xmlns:i="{NAMESPACES["i"]}"><i:ProductVendor>Microsoft Corporation</i:ProductVendor></i:IdentifyResponse>')
    if max(request.size, request.wanted_envelope()) > OPTIONS.envelope:
        return fault(request.message, *ENVELOPE_LIMIT)
    if request.action == "Create":
        return create(request)
    shell = SHELLS.get(request.shell)
    if shell is None:
        return fault(request.message, *SHELL_GONE)
    if request.action == "Command":
        return command(request, shell)
    if request.action == "Send":
        return send(request, shell)
    if request.action == "Receive":
        return receive(request, shell)
    if request.action == "Signal":
        return 200, envelope(SHELL + "/SignalResponse", request.message, "<rsp:SignalResponse/>")
    if request.action == "Delete":
        SHELLS.pop(request.shell, None)
        return 200, envelope(request.uri + "Response", request.message, "")
    return fault(request.message, 2150858778, "a:ActionNotSupported", "The action is not supported.")


class Counted:
    """One direction of a connection, and how many bytes went that way (of the messages: TLS adds its own)."""

    def __init__(self, file):
        self.file, self.bytes = file, 0

    def read(self, *size):
        return self.count(self.file.read(*size))

    def readline(self, *size):
        return self.count(self.file.readline(*size))

    def write(self, data):
        self.bytes += len(data)
        return self.file.write(data)

    def count(self, data):
        self.bytes += len(data)
        return data

    def __getattr__(self, name):
        return getattr(self.file, name)


class Connection(http.server.BaseHTTPRequestHandler):
    """One TCP connection, which is what NTLM signs in, as http.sys does it."""

    protocol_version = "HTTP/1.1"
    server_version = "Microsoft-HTTPAPI/2.0"
    sys_version = ""
    context = None
    is_signed_in = False
    mode = None

    def setup(self):
        global CONNECTIONS
        super().setup()
        with LOCK:
            CONNECTIONS += 1
            self.number = CONNECTIONS
        self.rfile, self.wfile = Counted(self.rfile), Counted(self.wfile)
        journal(self.number, "connected")

    def finish(self):
        journal(self.number, "ended", self.rfile.bytes, self.wfile.bytes)
        super().finish()

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", kind="application/soap+xml;charset=UTF-8", authenticate=()):
        self.send_response(status)
        for value in authenticate:
            self.send_header("WWW-Authenticate", value)
        if body:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def deny(self):
        self.context, self.is_signed_in = None, False
        offers = [f'{each} realm="WSMAN"' if each == "Basic" else each for each in OPTIONS.offer.split(",") if each]
        self.answer(401, authenticate=offers)

    def sign_in(self):
        """Takes the Authorization header. Yields the headers of the answer, or None if it has been answered."""
        kind, _, token = (self.headers.get("Authorization") or "").partition(" ")
        if kind not in OPTIONS.offer.split(","):
            if not self.is_signed_in or kind:
                self.deny()
                return None
            return []
        if kind == "Basic":
            user, _, password = base64.b64decode(token).decode().partition(":")
            user = user.split("\\")[-1].lower()
            if USERS.get(user) != password or USERS.get(user) is None:
                journal(self.number, "refused", "Basic")
                self.deny()
                return None
            if not self.is_signed_in:
                journal(self.number, "authenticated", user, "Basic")
            self.is_signed_in, self.mode = True, "basic"
            return []
        token = base64.b64decode(token)
        is_raw = token[:8] == b"NTLMSSP\0"
        if self.context is None or self.context.complete:
            options = spnego.NegotiateOptions.use_ntlm if is_raw else spnego.NegotiateOptions.use_negotiate
            self.context = spnego.server(hostname=OPTIONS.host, service="HTTP", protocol="ntlm" if is_raw else "negotiate",
                                         options=options, channel_bindings=BINDINGS)
            self.is_signed_in = False
        try:
            reply = self.context.step(token)
        except SpnegoError as error:
            journal(self.number, "refused", type(error).__name__, str(error).replace("\n", " "))
            self.deny()
            return None
        headers = [f"{kind} {base64.b64encode(reply).decode()}"] if reply else []
        if not self.context.complete:
            self.answer(401, authenticate=headers)
            return None
        self.is_signed_in, self.mode = True, "spnego"
        if headers and "SignIn" in OPTIONS.misbehave:
            headers = [f"{kind} {base64.b64encode(reply[:-1] + bytes([reply[-1] ^ 1])).decode()}"]
        journal(self.number, "authenticated", self.context.client_principal, kind, "raw" if is_raw else "spnego", self.context.negotiated_protocol)
        return headers

    def unseal(self, body):
        parts = re.split(rb"--\s*Encrypted Boundary(?:--)?\r\n", body)
        length = int(re.search(rb"Length=(\d+)", parts[1]).group(1))
        sealed = body.split(b"\tContent-Type: application/octet-stream\r\n", 1)[1]
        signature = struct.unpack("<i", sealed[:4])[0]
        return self.context.unwrap_winrm(sealed[4:4 + signature], sealed[4 + signature:4 + signature + length])

    def seal(self, xml):
        wrapped = self.context.wrap_winrm(xml)
        boundary = b"--Encrypted Boundary\r\n"
        return (boundary + b"\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n"
                b"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=%d\r\n" % (len(xml) + wrapped.padding_length)
                + boundary + b"\tContent-Type: application/octet-stream\r\n"
                + struct.pack("<i", len(wrapped.header)) + wrapped.header + wrapped.data + b"--Encrypted Boundary--\r\n")

    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        headers = self.sign_in()
        if headers is None:
            return
        if length == 0:  # The exchange of tokens alone.
            self.answer(200, authenticate=headers)
            return
        is_sealed = self.headers.get("Content-Type", "").startswith("multipart/encrypted")
        if is_sealed:
            try:
                body = self.unseal(body)
            except (SpnegoError, AttributeError, IndexError, struct.error):
                journal(self.number, "unsealable")
                self.answer(400)
                return
        elif not OPTIONS.cert:
            journal(self.number, "plaintext")
            if not OPTIONS.allow_unencrypted:  # AllowUnencrypted=false
                self.answer(500) if self.mode == "spnego" else self.deny()
                return
        request = Request(body)
        with LOCK:
            SEEN[request.action] = SEEN.get(request.action, 0) + 1
            how = MISBEHAVIOUR.get((request.action, SEEN[request.action]), "")
        journal(self.number, request.action, request.shell or "-", "sealed" if is_sealed else "open", request.size)
        self.respond(request, how, is_sealed, headers)

    def respond(self, request, how, is_sealed, headers):
        if how == "drop":
            self.close_connection = True
            return
        if how == "stall":
            time.sleep(600)
        if how == "deny":
            self.deny()
            return
        with LOCK:
            status, xml = dispatch(request)
        if how.startswith("fault:"):
            status, xml = fault(request.message, int(how[6:]), "w:InternalError", "as the test wanted")
        if how == "empty":
            self.answer(500)
            return
        if how == "garbage":
            self.garbage()
            return
        if is_sealed and how != "plain":
            xml = self.seal(xml)
            if how == "tamper":
                xml = xml[:-100] + bytes([xml[-100] ^ 1]) + xml[-99:]
            kind = 'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"'
            self.answer(status, xml, kind, headers)
            return
        self.answer(status, xml, authenticate=headers)

    def garbage(self):
        """200 MB, or as much as the client takes."""
        self.send_response(200)
        self.send_header("Content-Type", "application/soap+xml;charset=UTF-8")
        self.send_header("Content-Length", str(200 << 20))
        self.end_headers()
        try:
            for _ in range(200):
                self.wfile.write(b"<" * (1 << 20))
        except OSError:
            pass
        self.close_connection = True


def main():
    server = http.server.ThreadingHTTPServer((OPTIONS.address, OPTIONS.port), Connection)
    server.daemon_threads = True
    if OPTIONS.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(OPTIONS.cert, OPTIONS.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    print(server.server_address[1], flush=True)
    server.serve_forever()


main()

#!/usr/bin/env python3
"""A Hyper-V estate that answers IROA's scripts for inventory and counters: a responder for winrm_peer.py, made up, not a real hypervisor.

Two failover clusters of three nodes (hva1-3, hvb1-3), a stand-alone host (hvc1), 700 machines, Cluster Shared Volumes, dynamic
memory, checkpoints, and 20 machines of the first cluster that replicate to the stand-alone host. Each peer plays one host
($HYPERV_HOST); all of them share a file with what has happened ($HYPERV_STATE), so that the estate changes while they run:

    HYPERV_STATE=FILE hyperv_estate.py migrate MACHINE NODE     a machine moves to another node of its cluster
    HYPERV_STATE=FILE hyperv_estate.py lose NODE                the cluster loses a node; its machines start elsewhere
    HYPERV_STATE=FILE hyperv_estate.py forbid HOST              the account is taken out of the groups that see machines
    HYPERV_STATE=FILE hyperv_estate.py recover NODE             takes back lose and forbid
    HYPERV_STATE=FILE hyperv_estate.py pass SECONDS             all counters grow as if so much time had passed
    HYPERV_STATE=FILE hyperv_estate.py restart MACHINE          its counters begin anew

    HYPERV_STATE=FILE hyperv_estate.py serve USERS [PORT]       a peer for each host, at addresses of 127.0.0.0/8 of their own;
                                                                prints what a source names, and runs until its input ends;
                                                                a line "end HOST" ends one of them
Lines are printed as Windows PowerShell 5.1 prints what end2end's side never sees: crates/connectors/src/hyperv/script. A test of the
connectors compares the names in both. $HYPERV_ADDRESSES tells where the hosts listen: hva1=127.0.0.11 hva2=…
"""
import fcntl
import json
import os
import subprocess
import sys
import time
import uuid

DOMAIN = "lab.invalid"
CLUSTERS = {"hva": ["hva1", "hva2", "hva3"], "hvb": ["hvb1", "hvb2", "hvb3"]}
ALONE = "hvc1"
LISTENING = {f"hv{group}{node}": f"127.0.0.{tens}{node}" for group, tens in (("a", 1), ("b", 2)) for node in (1, 2, 3)} | {ALONE: "127.0.0.31"}
HOSTS = [node for nodes in CLUSTERS.values() for node in nodes] + [ALONE]
MACHINES = 300      # of each cluster
LONE_MACHINES = 80  # of the stand-alone host, besides 20 replicas
REPLICATED = 20
VOLUMES = {"hva": 4, "hvb": 3}
GIB = 1 << 30
SPACE = uuid.UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
STARTED_MS = 1_700_000_000_000
GUESTS = ["Windows Server 2022 Standard", "Windows Server 2019 Datacenter", "Ubuntu 24.04 LTS", "Debian GNU/Linux 12"]
PURPOSES = ["web", "db", "app", "büro", "mail", "build", "file", "test"]
SERVICES = ["84EAAE65-2F2E-45F5-9BB5-0E857DC8EB47", "9F8233AC-BE49-4C79-8EE3-E7E1985B2077", "2497F4DE-E9FA-4204-80E4-4B75C46419C0"]


def identifier(name):
    return str(uuid.uuid5(SPACE, name))


def choice(number, name):
    return {"n": number, "t": name}


# What has happened ---------------------------------------------------------------------------------------------------

def load():
    try:
        with open(os.environ["HYPERV_STATE"]) as file:
            return json.load(file)
    except (FileNotFoundError, json.JSONDecodeError, KeyError):
        return {"placed": {}, "down": [], "forbidden": [], "passed_ms": 0, "began_ms": {}}


def change(edit):
    path = os.environ["HYPERV_STATE"]
    with open(path + ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        state = load()
        edit(state)
        with open(path + ".new", "w") as file:
            json.dump(state, file)
        os.replace(path + ".new", path)


def cluster_of(host):
    return next((name for name, nodes in CLUSTERS.items() if host in nodes), None)


def home(cluster, number, state):
    """The node that runs a machine: where it was moved to, else where it began, else the next one that is up."""
    nodes = CLUSTERS[cluster]
    node = state["placed"].get(name_of(cluster, number), nodes[number % 3])
    while node in state["down"]:
        node = nodes[(nodes.index(node) + 1) % 3]
    return node


def name_of(group, number):
    return f"{PURPOSES[number % len(PURPOSES)]}-{group}-{number}"


def machines_of(host, state):
    """(identity, number, owner, is a replica) of each machine that the host tells of."""
    cluster = cluster_of(host)
    if cluster:
        return [(name_of(cluster, number), number, cluster, False) for number in range(MACHINES) if home(cluster, number, state) == host]
    own = [(name_of(ALONE, number), number, ALONE, False) for number in range(LONE_MACHINES)]
    return own + [(name_of("hva", number), number, ALONE, True) for number in range(REPLICATED)]


# The sections --------------------------------------------------------------------------------------------------------

def folder(name, number, owner, replica):
    if replica:
        return f"D:\\Replica\\{name}"
    if owner == ALONE:
        return f"D:\\Hyper-V\\{name}"
    return f"C:\\ClusterStorage\\Volume{number % VOLUMES[owner] + 1}\\{name}"


def is_on(number, replica):
    return not replica and number % 9 != 0


def machine(name, number, owner, replica):
    running, dynamic = is_on(number, replica), number % 2 == 0
    memory = (2 + number % 7 * 2) * GIB
    replicated = replica or (owner == "hva" and number < REPLICATED)
    state = choice(2, "Running") if running else choice(3, "Off")
    return {
        "id": identifier(name), "name": name, "state": state, "status": "Operating normally", "operational": [choice(2, "Ok")],
        "generation": 1 + number % 2, "version": "10.0", "processors": 1 << number % 4, "cpu_percent": number % 5 if running else 0,
        "memory_assigned_bytes": memory if running else 0, "memory_demand_bytes": memory * 3 // 4 if running and dynamic else 0,
        "memory_startup_bytes": memory, "memory_minimum_bytes": 512 << 20, "memory_maximum_bytes": 1 << 40, "dynamic_memory": dynamic,
        "uptime_ms": int(time.time() * 1000) % 10**9 if running else 0, "created_ms": STARTED_MS - number * 86_400_000,
        "notes": f"Owner: team <{number % 4}> & 'co'", "services_version": None,
        "heartbeat": choice(12, "OkApplicationsHealthy") if running else None,
        "parent_checkpoint": identifier(f"{name}/second") if number % 10 == 0 else None,
        "replication_mode": choice(2, "Replica") if replica else choice(1, "Primary") if replicated else choice(0, "None"),
        "replication_state": choice(4, "Replicating") if replicated else choice(0, "Disabled"),
        "replication_health": choice(1, "Normal") if replicated else choice(0, "NotApplicable"),
        "clustered": owner in CLUSTERS, "path": folder(name, number, owner, replica), "start_action": choice(3, "StartIfRunning"),
        "start_delay_s": 0, "stop_action": choice(3, "Save"), "error": None,
    }


def disk_paths(name, number, owner, replica):
    extra = number % 3
    return [f"{folder(name, number, owner, replica)}\\{name}_{disk}.vhdx" for disk in range(1 + extra)]


def sections(host, state):
    cluster = cluster_of(host)
    visible = [] if host in state["forbidden"] else machines_of(host, state)
    at = HOSTS.index(host)
    yield "access", {
        "user": "LAB\\reader", "powershell": "5.1.20348.2849", "language": "de-DE", "administrator": False,
        "hyperv_administrator": host not in state["forbidden"], "remote_management_user": True, "hyperv_module": True,
        "hyperv_service": choice(4, "Running"), "cluster_module": cluster is not None, "cluster_member": cluster is not None,
    }
    now = int(time.time() * 1000)
    yield "host", {
        "name": host.upper(), "domain": DOMAIN, "os": "Microsoft Windows Server 2022 Datacenter", "version": "10.0.20348",
        "build": "20348", "revision": 2849, "edition": 8, "booted_ms": STARTED_MS + at * 1000, "now_ms": now,
        "memory_bytes": 768 * GIB, "memory_available_bytes": (200 + now // 1000 % 50) * GIB,
    }
    yield "hardware", {
        "vendor": "Contoso", "model": "R740", "memory_bytes": 768 * GIB, "uuid": identifier(host), "serial": f"SN{at:04}",
        "cpu": "Intel(R) Xeon(R) Gold 6248", "cpu_mhz": 2500, "sockets": 2, "cores": 40, "threads": 80,
    }
    yield "hypervisor", {
        "logical_processors": 80, "memory_bytes": 768 * GIB, "numa_nodes": 2, "numa_spanning": True, "migration_enabled": cluster is not None,
        "migrations_most": 4, "storage_migrations_most": 2, "migration_authentication": choice(1, "Kerberos"),
        "migration_performance": choice(2, "SMB"), "machine_path": "D:\\Hyper-V", "disk_path": "D:\\Hyper-V\\Disks",
    }
    yield "machines", [machine(*one) for one in visible]
    yield "settings", [
        {"machine": identifier(name), "bios_uuid": "{%s}" % identifier(name + "/bios").upper(), "secure_boot": number % 2 == 1}
        for name, number, _, _ in visible
    ]
    yield "security", [
        {"id": f"Microsoft:{identifier(name).upper()}\\f3fdc3c6-0000", "tpm": number % 4 == 1, "shielded": False} for name, number, _, _ in visible
    ]
    yield "disks", [
        {"machine": identifier(one[0]), "controller": choice(1, "SCSI"), "controller_number": 0, "controller_location": location,
         "path": path, "physical_disk": None}
        for one in visible for location, path in enumerate(disk_paths(*one))
    ]
    yield "images", [
        {"path": path, "format": choice(3, "VHDX"), "kind": choice(3, "Dynamic"), "size_bytes": (60 + 40 * location) * GIB,
         "file_bytes": (20 + one[1] % 20) * GIB, "parent": None}
        for one in visible for location, path in enumerate(disk_paths(*one))
    ]
    yield "adapters", [
        {"machine": identifier(name), "id": f"Microsoft:{identifier(name).upper()}\\{identifier(name + '/nic').upper()}",
         "name": "Netzwerkkarte", "legacy": False, "mac": f"00155D{group:02X}{number:04X}", "connected": True,
         "switch_id": identifier(f"{host}/switch"), "switch_name": "Produktion", "vlan_mode": choice(1, "Access"), "vlan": 100 + number % 8,
         "vlan_trunk": None, "addresses": [f"10.{group}.{number // 250}.{number % 250 + 1}", f"fe80::{number:x}"] if is_on(number, replica) else []}
        for name, number, owner, replica in visible
        for group in [list(CLUSTERS).index(owner) if owner in CLUSTERS else 200 if replica else 100]
    ]
    checkpoints = []
    for name, number, _, _ in visible:
        if number % 10 == 0:
            for which, parent in (("second", "first"), ("first", None)):
                checkpoints.append({
                    "machine": identifier(name), "id": identifier(f"{name}/{which}"), "name": f"vor dem Update ({which})", "notes": "",
                    "kind": choice(0, "Standard"), "parent": identifier(f"{name}/{parent}") if parent else None,
                    "created_ms": STARTED_MS + len(which) * 60_000,
                })
    yield "checkpoints", checkpoints
    yield "replication", [
        {"machine": identifier(name), "mode": choice(2, "Replica") if replica else choice(1, "Primary"), "state": choice(4, "Replicating"),
         "health": choice(1, "Normal"), "primary_server": f"hva1.{DOMAIN}", "replica_server": f"{ALONE}.{DOMAIN}", "frequency_s": 300,
         "last_ms": now - 60_000}
        for name, number, owner, replica in visible if replica or (owner == "hva" and number < REPLICATED)
    ]
    yield "services", [
        {"machine": identifier(name), "id": f"Microsoft:{identifier(name).upper()}\\{service}", "name": "Takt", "enabled": True,
         "status": choice(2, "Ok")}
        for name, _, _, _ in visible for service in SERVICES
    ]
    yield "guests", [
        {"machine": identifier(name), "OSName": GUESTS[number % 4], "OSVersion": "10.0.20348",
         "FullyQualifiedDomainName": f"{name}.{DOMAIN}", "IntegrationServicesVersion": "10.0.20348"}
        for name, number, _, replica in visible if is_on(number, replica)
    ]
    yield "switches", [
        {"id": identifier(f"{host}/switch"), "name": "Produktion", "kind": choice(2, "External"), "notes": "", "management_os": True,
         "teaming": True, "uplinks": ["Intel(R) Ethernet X710", "Intel(R) Ethernet X710 #2"]},
        {"id": identifier(f"{host}/internal"), "name": "Intern", "kind": choice(1, "Internal"), "notes": "", "management_os": True,
         "teaming": False, "uplinks": []},
    ]
    yield "nics", [
        {"name": f"Ethernet {port}", "description": "Intel(R) Ethernet X710", "mac": f"0CC47A{at:02X}00{port:02X}", "up": port < 3,
         "bits_per_s": 25_000_000_000, "driver": "i40ea65.sys"}
        for port in (1, 2, 3)
    ]
    yield "volumes", [
        {"id": f"\\\\?\\volume{{{identifier(host + path)}}}\\", "path": path, "label": label, "file_system": "NTFS", "size_bytes": size * GIB,
         "free_bytes": size * GIB // 2, "boot": path == "C:\\"}
        for path, label, size in (("C:\\", None, 400), ("D:\\", "Daten", 4000))
    ]
    yield "cluster", {"member": False} if cluster is None else {
        "member": True, "id": identifier(cluster), "name": cluster, "domain": DOMAIN, "quorum": "Majority", "witness": "File Share Witness",
        "nodes": [
            {"name": node.upper(), "state": choice(1, "Down") if node in state["down"] else choice(0, "Up"), "draining": choice(0, "NotInitiated"),
             "addresses": addresses(node)}
            for node in CLUSTERS[cluster]
        ],
        "groups": [
            {"id": identifier(f"{cluster}/group"), "name": "Clustergruppe", "kind": choice(1, "Cluster"), "state": choice(0, "Online"),
             "owner": CLUSTERS[cluster][0].upper()}
        ] + [
            {"id": identifier(f"{cluster}/{number}"), "name": name_of(cluster, number), "kind": choice(111, "VirtualMachine"),
             "state": choice(0, "Online"), "owner": home(cluster, number, state).upper()}
            for number in range(MACHINES)
        ],
    }
    yield "shared_volumes", [
        {"id": identifier(f"{cluster}/csv{number}"), "name": f"Clusterdatenträger {number}", "state": choice(2, "Online"),
         "owner": CLUSTERS[cluster][number % 3].upper(), "path": f"C:\\ClusterStorage\\Volume{number}", "volume": None,
         "file_system": "CSVFS_ReFS", "fault": choice(0, "NoFaults"), "maintenance": False, "redirected": False,
         "size_bytes": 40_000 * GIB, "free_bytes": 15_000 * GIB}
        for number in range(1, VOLUMES.get(cluster, 0) + 1)
    ]
    yield "counters", {
        "cpu_percent": 30 + now // 1000 % 20,
        "machines": [{"name": name, "percent": number % 90} for name, number, _, replica in visible if is_on(number, replica)],
    }


# Counters -------------------------------------------------------------------------------------------------------------

# What the inventory's script asks for, too.
PLACES = ("access", "host", "hardware", "volumes", "cluster", "shared_volumes")
LOGICAL_PROCESSORS = 80
HOST_PERCENT = 30
CLOCK_HZ = 10_000_000


def running_ms(state):
    """How long counters have been growing. Nothing else of the estate knows of the time that `pass` makes pass."""
    return int(time.time() * 1000) - STARTED_MS + state["passed_ms"]


def percent(number):
    """The load of each virtual processor of a machine."""
    return number % 90


def device_rows(kind, words, running):
    return [
        {"name": device, words[0]: own_ms * rate // 1000, words[1]: own_ms * rate // 2000}
        for name, number, owner, replica, own_ms in running
        for rate in [(number + 1) * 1000]
        for device in (
            [f"{name}_Netzwerkkarte_{identifier(name).upper()}--{identifier(name + '/nic').upper()}"] if kind == "network"
            else ["--?-" + path.replace("\\", "-") for path in disk_paths(name, number, owner, replica)]
        )
    ]


def usage_sections(host, state):
    for name, data in sections(host, state):
        if name in PLACES:
            yield name, dict(data, groups=[]) if name == "cluster" and data["member"] else data
    visible = [] if host in state["forbidden"] else machines_of(host, state)
    now = running_ms(state)
    running = [(*one, now - state["began_ms"].get(one[0], 0)) for one in visible if is_on(one[1], one[3])]
    yield "instances", [
        {"id": identifier(name), "name": name, "state": 2 if is_on(number, replica) else 3,
         "replication": 2 if replica else 1 if owner == "hva" and number < REPLICATED else 0,
         "process": 1000 + number + state["began_ms"].get(name, 0) % 100_000 if is_on(number, replica) else None}
        for name, number, owner, replica in visible
    ]
    yield "disk_files", [{"machine": identifier(one[0]), "path": path} for one in visible for path in disk_paths(*one)]
    yield "logical_processors", {
        "count": LOGICAL_PROCESSORS, "run": now * 10_000 * LOGICAL_PROCESSORS * HOST_PERCENT // 100, "base": now * 10_000,
    }
    yield "virtual_processors", [
        {"name": name, "count": 1 << number % 4, "run": own_ms * 100 * percent(number) * (1 << number % 4), "base": now * 10_000,
         "wait_ns": own_ms * (number + 1) * 1000, "dispatches": own_ms}
        for name, number, _, _, own_ms in running
    ]
    yield "dynamic_memory", [
        {"name": name, "assigned_bytes": (2 + number % 7 * 2) * GIB, "pressure_percent": 75} for name, number, _, _, _ in running if number % 2 == 0
    ]
    yield "partitions", [{"name": name, "assigned_bytes": (2 + number % 7 * 2) * GIB} for name, number, _, _, _ in running]
    clock = {"ticks": now * CLOCK_HZ // 1000, "frequency": CLOCK_HZ}
    host_adapter = {"name": "Intel[R] Ethernet X710", "received": now * 7, "sent": now * 9}
    yield "network_devices", {**clock, "rows": [host_adapter] + device_rows("network", ("received", "sent"), running)}
    yield "storage_devices", {**clock, "rows": device_rows("storage", ("read", "written"), running)}


def addresses(host):
    known = dict(pair.split("=", 1) for pair in os.environ.get("HYPERV_ADDRESSES", "").split())
    return [known[host]] if host in known else []


def line(value):
    """Compact JSON; ConvertTo-Json of Windows PowerShell escapes what HTML minds, and nothing else."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&'":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def answer(said):
    lines = ["<<<IROA-HYPERV 1>>>"]
    for name, data in said:
        lines.append(line({"error": None, "data": data, "ok": True, "section": name}))
    lines.append(f"<<<IROA-HYPERV-END {len(lines) - 1}>>>")
    return ("\n".join(lines) + "\n").encode()


def tested(host, state):
    """The answer to the connection test, crates/connectors/src/hyperv/check.ps1."""
    said = {
        "powershell": "5.1.20348.2849", "computer": host.upper(), "product": "Windows Server 2022 Datacenter", "build": "20348.2849",
        "version": "10.0.20348.0", "administrator": False, "hyperv_administrator": host not in state["forbidden"], "module": ["2.0.0.0"],
        "machines": 0 if host in state["forbidden"] else len(machines_of(host, state)),
    }
    return f"IROA<{line(said)}>IROA".encode()


def respond(command, script, stdin):
    if "S-1-5-32-578" in (script or ""):
        return tested(os.environ["HYPERV_HOST"], load()), b"", 0
    asked = stdin.decode("ascii")
    for first, said in (("machines", sections), ("instances", usage_sections)):
        if f"Section '{first}'" in asked and "$input" in (script or ""):
            return answer(said(os.environ["HYPERV_HOST"], load())), b"", 0
    return b"", b"that is none of the scripts", 1


def serve(users, port="0"):
    """Run by a Python that has pyspnego: see setup_winrm.sh."""
    peers, environment = {}, dict(os.environ, NTLM_USER_FILE=users)
    environment["HYPERV_ADDRESSES"] = " ".join(f"{host}={address}" for host, address in LISTENING.items())
    peer = os.path.join(os.path.dirname(os.path.abspath(__file__)), "winrm_peer.py")
    try:
        for host, address in LISTENING.items():
            command = [sys.executable, peer, "--address", address, "--port", port, "--chunk", "100000", "--responder", os.path.abspath(__file__)]
            if folder := os.environ.get("HYPERV_JOURNALS"):
                command += ["--journal", os.path.join(folder, host)]
            started = subprocess.Popen(command, env=dict(environment, HYPERV_HOST=host), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            peers[host] = started
            port = started.stdout.readline().strip()
        named = [LISTENING[host] for host in ("hva1", "hvb1", ALONE)]
        print(", ".join(f"http://{address}:{port}" for address in named), flush=True)
        for said in sys.stdin:
            ended = peers[said.split()[1]]
            ended.terminate()
            ended.wait()
            print("ended", flush=True)
    finally:
        for started in peers.values():
            started.terminate()


def main(arguments):
    match arguments:
        case ["migrate", name, node] if node in HOSTS:
            change(lambda state: (state["placed"].update({name: node}), state["began_ms"].update({name: running_ms(state)})))
        case ["restart", name]:
            change(lambda state: state["began_ms"].update({name: running_ms(state)}))
        case ["pass", seconds]:
            change(lambda state: state.update({"passed_ms": state["passed_ms"] + int(seconds) * 1000}))
        case ["lose", node] if node in HOSTS:
            change(lambda state: state["down"].append(node))
        case ["forbid", host] if host in HOSTS:
            change(lambda state: state["forbidden"].append(host))
        case ["recover", host]:
            change(lambda state: state.update({key: [one for one in state[key] if one != host] for key in ("down", "forbidden")}))
        case ["identify", name]:
            print(identifier(name))
        case ["serve", users, *port]:
            serve(users, *port)
        case ["print", host] if host in HOSTS:
            sys.stdout.buffer.write(answer(sections(host, load())))
        case ["count", host] if host in HOSTS:
            sys.stdout.buffer.write(answer(usage_sections(host, load())))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])

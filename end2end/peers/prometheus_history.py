#!/usr/bin/env python3
"""Writes the history of Linux machines in the OpenMetrics format, as node_exporter would have told it, for promtool to take in.

usage: prometheus_history.py MACHINES DAYS STEP_SECONDS FILE [END_SECONDS]

Machine 7 is the instance `vm0007:9100` of the job `history`. Every value follows from the machine's number and the time, so
that a test can compute what must come back. With k = end of a 5-minute interval / 300, in every such interval:

CPU usage       (machine % 10) * 8 + (k % 12) percent, the same all through the interval; two cores
memory used     (20 + machine % 50 + k % 20) percent of 8 GiB
received        1000 * (1 + machine % 7) * (1 + k % 3) bytes/s at eth0; as much at docker0, which does not count
read from disk  500 * (1 + machine % 5) bytes/s at sda; as much at dm-0, which does not count

The machine's counters start again once, in the middle of its history. END_SECONDS, by default three hours ago, is brought down
to a multiple of 300; samples lie at whole multiples of the step, which must divide 300.
"""
import sys
import time

MACHINES, DAYS, STEP, FILE = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
END = int(sys.argv[5]) if len(sys.argv) > 5 else int(time.time()) - 3 * 3600
GRAIN = 300
TOTAL = 8 << 30

if GRAIN % STEP:
    sys.exit("the step must divide 300 s")
end = END // GRAIN * GRAIN
start = end - int(DAYS * 86400) // GRAIN * GRAIN
times = list(range(start, end + 1, STEP))
reset = times[len(times) // 2]


def interval(at):
    """The interval that a moment belongs to: the one that it ends, or lies in."""
    return -(-at // GRAIN)


def counter(per_second):
    """A counter that grows by `per_second(k)` in the interval k, and starts again once."""
    total, values = 0.0, []
    for at in times:
        total = 0.0 if at == reset else total + STEP * per_second(interval(at))
        values.append(total)
    return values


def cpu_percent(machine, k):
    return (machine % 10) * 8 + k % 12


def memory_percent(machine, k):
    return 20 + machine % 50 + k % 20


with open(FILE, "w", buffering=1 << 22) as out:
    def family(name, suffix, labels, values_of):
        """`labels` are sets of labels that share the values of a machine."""
        for machine in range(MACHINES):
            values = values_of(machine)
            for label in labels:
                series = f'{name}{suffix}{{job="history",instance="vm{machine:04d}:9100"{label(machine)}}}'
                out.write("".join(f"{series} {value:.10g} {at}\n" for at, value in zip(times, values)))

    def head(name, kind):
        out.write(f"# HELP {name} Generated.\n# TYPE {name} {kind}\n")

    def devices(*names):
        return [lambda machine, name=name: f',device="{name}"' for name in names]

    head("node_cpu_seconds", "counter")
    family("node_cpu_seconds", "_total",
           [lambda machine, core=core: f',cpu="{core}",mode="idle"' for core in range(2)],
           lambda machine: counter(lambda k: 1 - cpu_percent(machine, k) / 100))
    head("node_memory_MemTotal_bytes", "gauge")
    family("node_memory_MemTotal_bytes", "", [lambda machine: ""], lambda machine: [TOTAL] * len(times))
    head("node_memory_MemAvailable_bytes", "gauge")
    family("node_memory_MemAvailable_bytes", "", [lambda machine: ""],
           lambda machine: [TOTAL * (1 - memory_percent(machine, interval(at)) / 100) for at in times])
    head("node_network_receive_bytes", "counter")
    family("node_network_receive_bytes", "_total", devices("eth0", "docker0"),
           lambda machine: counter(lambda k: 1000 * (1 + machine % 7) * (1 + k % 3)))
    head("node_disk_read_bytes", "counter")
    family("node_disk_read_bytes", "_total", devices("sda", "dm-0"),
           lambda machine: counter(lambda k: 500 * (1 + machine % 5)))
    # Who a machine is, told at the end alone: that is when it is asked.
    head("node_uname_info", "gauge")
    for machine in range(MACHINES):
        labels = f'nodename="vm{machine:04d}",domainname="(none)",machine="x86_64",sysname="Linux",release="6.1.0"'
        for at in times[-2:]:
            out.write(f'node_uname_info{{job="history",instance="vm{machine:04d}:9100",{labels}}} 1 {at}\n')
    out.write("# EOF\n")

#!/usr/bin/env python3
"""The same retrieval by pyVmomi's PropertyCollector, VMware's own client. usage: pyvmomi_collect.py PORT; prints one JSON line."""

import json
import pathlib
import resource
import ssl
import sys
import time

from pyVim.connect import Disconnect, SmartConnect
from pyVmomi import vim, vmodl

collector = vmodl.query.PropertyCollector


def wanted():
    """Class and property paths, from the file that the other baselines read, too; all of them in one request."""
    lines = pathlib.Path(__file__).with_name("properties.txt").read_text().splitlines()
    for line in lines:
        if line and not line.startswith("#"):
            name, *paths = line.split()
            yield {"DistributedVirtualPortgroup": vim.dvs.DistributedVirtualPortgroup}.get(name) or getattr(vim, name), paths


def main():
    start = time.monotonic()
    unverified = ssl._create_unverified_context()
    service = SmartConnect(host="127.0.0.1", port=int(sys.argv[1]), user="admin", pwd="secret", sslContext=unverified)
    content = service.content
    properties = list(wanted())
    view = content.viewManager.CreateContainerView(content.rootFolder, [kind for kind, _ in properties], True)
    through = collector.TraversalSpec(name="view", path="view", skip=False, type=vim.view.ContainerView)
    spec = collector.FilterSpec(
        objectSet=[collector.ObjectSpec(obj=view, skip=True, selectSet=[through])],
        propSet=[collector.PropertySpec(type=kind, pathSet=paths) for kind, paths in properties],
    )
    objects = 0
    page = content.propertyCollector.RetrievePropertiesEx([spec], collector.RetrieveOptions())
    while page:
        for found in page.objects:
            objects += 1
            _ = {change.name: change.val for change in found.propSet}
        page = page.token and content.propertyCollector.ContinueRetrievePropertiesEx(page.token)
    wall = time.monotonic() - start
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "objects": objects,
                "wall_s": wall,
                "cpu_s": usage.ru_utime + usage.ru_stime,
                "peak_mb": usage.ru_maxrss * 1024 / 1e6,
            }
        )
    )
    Disconnect(service)


main()

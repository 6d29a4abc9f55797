"""The service starts only with connectors that state their limits, deadlines and hosts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from kpi.errors import KpiError
from sync_service.connectors.kernel import Connector, Stream

HOST = re.compile(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+")


def check_registry(connectors: Sequence[Connector], columns: Collection[str]) -> None:
    """Refuse connectors that lack what every outside system must have.

    Raises:
        KpiError: All faults, one a line.
    """
    faults = [fault for connector in connectors for fault in _faults(connector, columns)]
    names = [stream.name for connector in connectors for stream in connector.streams]
    faults += [
        f"stream {name} is listed twice" for name in sorted(set(names)) if names.count(name) > 1
    ]
    if faults:
        raise KpiError("Connectors cannot be used:\n" + "\n".join(f"- {fault}" for fault in faults))


def _faults(connector: Connector, columns: Collection[str]) -> Iterator[str]:
    name = connector.platform
    if not connector.hosts:
        yield f"{name} lists no hosts"
    for host in connector.hosts:
        if not HOST.fullmatch(host):
            yield f"{name}: {host!r} is no host name"
    if not connector.limits:
        yield f"{name} lists no limits"
    for operation, limit in connector.limits.items():
        if limit.rate <= 0 or limit.burst < 1 or limit.deadline <= 0:
            yield f"{name}: {operation} needs a rate, a burst and a deadline above zero"
    for stream in connector.streams:
        yield from _stream_faults(connector, stream, columns)


def _stream_faults(connector: Connector, stream: Stream, columns: Collection[str]) -> Iterator[str]:
    if not connector.kept.get(stream.name):
        yield f"{stream.name} has no keep-list of fields"
    if stream.chunk_days < 1:
        yield f"{stream.name} fetches no days at once"
    if stream.history_days is not None and stream.history_days < stream.look_back_days:
        yield f"{stream.name} looks back further than the platform serves"
    for measure in stream.measures:
        if measure not in columns:
            yield f"{stream.name}: {measure} is no measure of kpi/measures.toml"

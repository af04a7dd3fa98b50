"""Twisted's name resolution, replaced: it answers with what the guard has pinned, and with nothing else."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Any

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IHostnameResolver, IHostResolution
from zope.interface import implementer

from crawlers.conduct.addresses import Guard


@implementer(IHostResolution)
class Resolution:
    """A resolution that was over when it began."""

    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        """Nothing is under way."""


@implementer(IHostnameResolver)
class PinnedResolver:
    """No look-up of its own, so nothing can change between the guard's check and the connection.

    A host that was never vetted has no addresses: the connection fails.
    """

    def __init__(self, guard: Guard) -> None:
        self.guard = guard

    def resolveHostName(  # noqa: N802 (Twisted's name)
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[Any] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> Resolution:
        """Hands the pinned addresses of host and port to the receiver."""
        resolution = Resolution(hostName)
        resolutionReceiver.resolutionBegan(resolution)
        for address in self.guard.pinned(hostName, portNumber):
            kind = IPv6Address if ipaddress.ip_address(address.partition("%")[0]).version == 6 else IPv4Address
            resolutionReceiver.addressResolved(kind("TCP", address, portNumber))
        resolutionReceiver.resolutionComplete()
        return resolution

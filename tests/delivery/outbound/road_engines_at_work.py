"""OSRM and Valhalla themselves, serving an invented town on loopback: the executables that `make` unpacks."""

import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from xml.sax.saxutils import quoteattr

INSTALLED = Path(sys.prefix) / "roads"
BLOCKS = 4
SOUTH, WEST, BLOCK = 10.77, 106.7, 0.003
"""The crossing in the south-west, and a block in degrees: about 330 m, six cells."""
NORTHERN_BANK = 3
_LONGEST_SECONDS = 20


@dataclass(frozen=True)
class Serving:
    """A server at work."""

    url: str
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """It is gone when this returns."""
        self.process.kill()
        self.process.wait()


def town() -> str:
    """OpenStreetMap XML of 5 × 5 crossings: the southernmost street runs east only, a river has one bridge, west."""
    lines = ['<osm version="0.6">']
    crossings = [(north, east) for north in range(BLOCKS + 1) for east in range(BLOCKS + 1)]
    for north, east in crossings:
        lat, lon = SOUTH + north * BLOCK, WEST + east * BLOCK
        lines.append(f'<node id="{_id(north, east)}" version="1" lat="{lat:.6f}" lon="{lon:.6f}"/>')
    for north in range(BLOCKS + 1):
        nodes = [_id(north, east) for east in range(BLOCKS + 1)]
        lines += _way(100 + north, nodes, {"oneway": "yes"} if north == 0 else {})
    for east in range(BLOCKS + 1):
        nodes = [_id(north, east) for north in range(BLOCKS + 1)]
        lines += _way(200 + 2 * east, nodes if east == 0 else nodes[:NORTHERN_BANK], {})
        if east:
            lines += _way(201 + 2 * east, nodes[NORTHERN_BANK:], {})
    return "\n".join([*lines, "</osm>"])


@contextmanager
def osrm(largest_table: int = 8) -> Iterator[Serving]:
    """An OSRM server for the profile that it ships for cars."""
    programs, profile = INSTALLED / "osrm/bin", INSTALLED / "osrm/share/profiles/car.lua"
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "town.osm").write_text(town())
        _run([programs / "osrm-extract", "-t", "1", "-p", profile, "town.osm"], folder)
        _run([programs / "osrm-contract", "-t", "1", "town.osrm"], folder)
        port = _free_port()
        options = ["-i", "127.0.0.1", "-p", str(port), "-t", "1", "--max-table-size", str(largest_table)]
        with _serving([programs / "osrm-routed", *options, "town.osrm"], folder, port) as serving:
            yield serving


@contextmanager
def valhalla() -> Iterator[Serving]:
    """A Valhalla server with the settings that it ships."""
    # Its threads speak through sockets in the folder, whose names may not be long.
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        (Path(folder) / "town.osm").write_text(town())
        port = _free_port()
        options = {
            "mjolnir-tile-dir": folder,
            "mjolnir-concurrency": "1",
            "httpd-service-listen": f"tcp://127.0.0.1:{port}",
            **{f"httpd-service-{name}": f"ipc://{folder}/{name}" for name in ("loopback", "interrupt")},
            **{f"{name}-service-proxy": f"ipc://{folder}/{name}" for name in ("loki", "thor", "odin")},
        }
        chosen = [word for name, value in options.items() for word in (f"--{name}", value)]
        written = _run([sys.executable, INSTALLED / "valhalla/valhalla_build_config.py", *chosen], folder)
        (Path(folder) / "valhalla.json").write_text(written)
        programs = INSTALLED / "valhalla/bin"
        _run([programs / "valhalla_build_tiles", "-c", "valhalla.json", "town.osm"], folder)
        with _serving([programs / "valhalla_service", "valhalla.json", "1"], folder, port) as serving:
            yield serving


@contextmanager
def _serving(command: list[str | Path], folder: str, port: int) -> Iterator[Serving]:
    """What is started, from the moment at which it listens."""
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    serving = Serving(url=f"http://127.0.0.1:{port}", process=process)
    end = monotonic() + _LONGEST_SECONDS
    try:
        while not _listens(port):
            assert process.poll() is None, f"{command[0]} ended."
            assert monotonic() < end, f"{command[0]} did not start."
        yield serving
    finally:
        serving.stop()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port: int = held.getsockname()[1]
    return port


def _id(north: int, east: int) -> int:
    return 1 + north * (BLOCKS + 1) + east


def _way(name: int, nodes: list[int], tags: Mapping[str, str]) -> list[str]:
    described = {"highway": "residential", "name": f"Đường số {name}", **tags}
    return [
        f'<way id="{name}" version="1">',
        *(f'<nd ref="{node}"/>' for node in nodes),
        *(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in described.items()),
        "</way>",
    ]


def _run(command: list[str | Path], folder: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_LONGEST_SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout

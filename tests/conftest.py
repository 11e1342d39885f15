"""What every room's tests share: the footage and the assets that a machine may or may not have."""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from postgres import Postgres

# Tests run beside each other: how long an example takes says nothing of the code.
settings.register_profile("beside", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("beside")

_FOOTAGE = ("manifest.json", "pedestrian_survaillance.mp4", "intel_car-detection.mp4", "mot15/TUD-Campus.mp4")
_ASSETS = ("yolo11n_int8_openvino_model/yolo11n.xml", "yolo11n_int8_openvino_model/yolo11n.bin", "yolox_nano.onnx")
DATABASES = ("sqlite", "postgresql")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whatever has a database is run on each kind of them, but for what is marked to need one."""
    if "database" in metafunc.fixturenames:
        marked = metafunc.definition.get_closest_marker("database")
        metafunc.parametrize("database", marked.args if marked else DATABASES, indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes begins first: begun last, it would run on alone while the other workers have nothing to do."""
    items.sort(key=lambda item: not {"system", "accuracy"} & set(item.path.parts))


def pytest_report_header() -> str | None:
    """Says what is left out without the extra."""
    return (
        None
        if find_spec("ultralytics")
        else "left out: tests/ultralytics, which needs the extra (make test-ultralytics)"
    )


def _folder(variable: str, wanted: tuple[str, ...]) -> Path:
    value = os.environ.get(variable)
    if not value:
        pytest.skip(f"{variable} is not set")
    folder = Path(value)
    missing = [name for name in wanted if not (folder / name).is_file()]
    if missing:
        pytest.fail(f"{variable} is set, but lacks {', '.join(missing)}")
    return folder


@pytest.fixture(scope="session")
def footage() -> Path:
    """The folder of real clips; skips by name where unset, fails where set and incomplete."""
    return _folder("KANMEN_FOOTAGE", _FOOTAGE)


@pytest.fixture(scope="session")
def assets() -> Path:
    """The folder of real detector weights; skips by name where unset, fails where set and incomplete."""
    return _folder("KANMEN_ASSETS", _ASSETS)


@pytest.fixture(scope="session")
def demo_cache(pytestconfig: pytest.Config) -> Path:
    """One cache of weights and composed scenes for all demos of all test runs; what it holds is known by its hash."""
    return pytestconfig.cache.mkdir("demo")


@pytest.fixture(scope="session")
def a_postgres() -> Iterator["Postgres"]:
    """One server for the whole run; where tests run in several processes, each has its own."""
    import postgres  # most tests need no database

    if postgres.binaries() is None:
        pytest.skip("PostgreSQL is not installed here (Debian: postgresql)")
    server = postgres.Postgres()
    yield server
    server.end()


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """The address of an empty database; None for SQLite in the data folder, which the site makes by itself."""
    if request.param == "sqlite":
        yield None
        return
    server = request.getfixturevalue("a_postgres")
    name = server.make()
    yield server.url(name)
    server.drop(name)

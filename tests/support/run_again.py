"""What the rules say of a run's observations, beside what they said while it ran."""

import os
from dataclasses import replace

from running_demo import RunningDemo

from config.read import read_site
from detect.observed import read
from detect.rerun import rerun
from models.alert import Alert
from models.journal import read_entries
from models.wire import decode_alert, decode_flow, encode_alert, encode_flow


def live_and_again(demo: RunningDemo) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Every revision of every alert and count by camera, as it stands in the journal but for snapshots."""
    os.environ.setdefault("KANMEN_DEMO_PASSWORD", "unused")
    os.environ.setdefault("KANMEN_DEMO_PORT", "1")
    site = read_site(demo.run / "site.yaml")
    rules = {camera.id: {rule.id for rule in camera.rules} for camera in site.cameras}
    live: dict[str, list[str]] = {camera.id: [] for camera in site.cameras}
    for row in read_entries(site.journal_path):
        if row.entry.kind == "alert":
            alert = decode_alert(row.entry.body)
            if alert.rule in rules.get(alert.camera, ()):  # not of the picture or of Kanmen itself
                live[alert.camera].append(encode_alert(replace(alert, snapshot=None)))
        elif row.entry.kind == "flow":
            count = decode_flow(row.entry.body)
            live[count.camera].append(encode_flow(count))
    again = {
        camera.id: [
            encode_alert(said) if isinstance(said, Alert) else encode_flow(said)
            for ran in rerun(site, camera, read(site.observations_path / camera.id))
            for said in ran.said
        ]
        for camera in site.cameras
    }
    return live, again

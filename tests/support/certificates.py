"""Certificates for servers on loopback."""

import subprocess
from pathlib import Path


def self_signed(folder: Path) -> Path:
    """Make cert.pem and key.pem for localhost, for which nobody vouches; gives the folder."""
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    command += " -keyout key.pem -out cert.pem -subj /CN=localhost"
    command += " -addext subjectAltName=DNS:localhost,IP:127.0.0.1"
    subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    return folder

